/** A run told again: its events in order, and between them what its steps have printed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { openReplay } from '../../src/journal/replay.ts';
import { temporaryFolder } from '../support/cli.ts';

const run = { type: 'run.started', v: 1, run: 'r', name: 'p', at: '2026-01-01T00:00:00.000Z' } as const;
const started = (step: string, t: number, more: object = {}) => ({
  type: 'step.started',
  step,
  t,
  attempt: 1,
  ...more,
});
const finished = (step: string, t: number, durationMs = t) => ({
  type: 'step.finished',
  step,
  t,
  outcome: { state: 'succeeded' },
  durationMs,
  attempts: 1,
});
const over = (t: number) => ({ type: 'run.finished', t, outcome: { state: 'succeeded' }, exitCode: 0 });

/** The run of these events and logs, told again as `t type step text` lines. */
function told(events: readonly object[], logs: Readonly<Record<string, string>> = {}, maxLog?: number) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'logs'));
  writeFileSync(join(folder, 'journal.ndjson'), events.map(event => `${JSON.stringify(event)}\n`).join(''));
  for (const [step, text] of Object.entries(logs)) writeFileSync(join(folder, 'logs', `${step}.log`), text);
  const replay = openReplay(folder, maxLog);
  return { ...replay, lines: [...replay.events()].map(line) };
}

function line(event: RunEvent): string {
  if (event.type === 'run.started') return 'run.started';
  const text = event.type === 'step.output' ? [JSON.stringify(event.text)] : [];
  return [event.t, event.type, ...('step' in event ? [event.step] : []), ...text].join(' ');
}

describe('what was printed', () => {
  it('is told between the start and the end of its step, in lines that are spread over its time', () => {
    const { lines, hasEnded } = told([run, started('a', 0), finished('a', 400), over(400)], { a: '1\n2\n3\n4\n' });
    expect(lines).toEqual([
      'run.started',
      '0 step.started a',
      '100 step.output a "1\\n"',
      '200 step.output a "2\\n"',
      '300 step.output a "3\\n"',
      '400 step.output a "4\\n"',
      '400 step.finished a',
      '400 run.finished',
    ]);
    expect(hasEnded).toBe(true);
  });

  it('belongs to the attempt that has printed it', () => {
    const { lines } = told(
      [
        run,
        started('a', 0),
        { type: 'step.retrying', step: 'a', t: 50, attempt: 2, delayMs: 10, failure: { type: 'exit' }, exitCode: 1 },
        started('a', 60, { attempt: 2, logOffset: 6 }),
        finished('a', 90),
        over(90),
      ],
      { a: 'first\nsecond, without an end' },
    );
    expect(lines.filter(text => text.includes('output') || text.includes('started'))).toEqual([
      'run.started',
      '0 step.started a',
      '50 step.output a "first\\n"',
      '60 step.started a',
      '90 step.output a "second, without an end"',
    ]);
  });

  it('of steps at once is told in the order of its times, and characters are never cut', () => {
    const { lines } = told([run, started('a', 0), started('b', 0), finished('b', 100), finished('a', 200), over(200)], {
      a: 'ä\nö\n',
      b: 'ü',
    });
    expect(lines.filter(text => text.includes('output'))).toEqual([
      '100 step.output b "ü"',
      '100 step.output a "ä\\n"',
      '200 step.output a "ö\\n"',
    ]);
  });

  it('is told whole, however large it is, and in few pieces', () => {
    const text = `${'x'.repeat(99)}\n`.repeat(10_000);
    const { lines } = told([run, started('a', 0), finished('a', 3_600_000), over(3_600_000)], { a: text });
    const outputs = lines
      .filter(each => each.includes('output'))
      .map(each => JSON.parse(each.slice(each.indexOf('"'))));
    expect(outputs.join('')).toBe(text);
    expect(outputs.length).toBeLessThan(100);
  });
});

describe('a run', () => {
  it('that was resumed is told from there on', () => {
    const { lines } = told(
      [
        run,
        started('a', 0),
        finished('a', 10),
        { ...run, resumed: { count: 1, taken: 1 } },
        started('b', 5),
        finished('b', 6),
        over(6),
      ],
      { a: 'before\n', b: 'after\n' },
    );
    expect(lines).toEqual([
      'run.started',
      '5 step.started b',
      '6 step.output b "after\\n"',
      '6 step.finished b',
      '6 run.finished',
    ]);
  });

  it('that died is told as far as it came, with what it had printed', () => {
    const { lines, hasEnded } = told([run, started('a', 0), started('b', 300)], { a: '1\n2\n3\n' });
    expect(hasEnded).toBe(false);
    expect(lines.slice(-2)).toEqual(['300 step.started b', '300 step.output a "3\\n"']);
  });

  it('whose journal is gone has nothing to tell', () => {
    const replay = openReplay(temporaryFolder(), undefined);
    expect([...replay.events()]).toEqual([]);
    expect(replay.trouble?.words).toBe('it has no journal');
  });
});

import { describe, expect, it } from 'vitest';
import type { Chosen } from '../../src/reporters/choose.ts';
import { openReporters } from '../../src/reporters/choose.ts';
import { childFailed, exit, gather, handClock, keptSink, planOf, run, script, stageTerminal } from './stage.ts';

const PLAN = planOf(gather('root', [run('a'), run('b')]));
const HOSTILE = '\x1b[2J\x1b[1;1H\x1b]0;owned\x07[b] forged\r✔ tour succeeded\x9b31m\x00\ud800\u2028\n';

async function stage(name: Chosen['name'], to: Chosen['to'] = 'stdout') {
  const terminal = stageTerminal();
  const file = keptSink();
  const clock = handClock();
  const exits = new Set<() => void>();
  const world = {
    plan: PLAN,
    stdout: terminal,
    stderr: stageTerminal(),
    clock,
    colour: false,
    openSink: () => file,
    onExit: (restore: () => void) => {
      exits.add(restore);
      return () => void exits.delete(restore);
    },
  };
  const [reporter] = await openReporters([{ name, to }], world);
  if (reporter === undefined) throw new Error('no reporter');
  return { reporter, terminal, file, clock, exits, tell: script(event => reporter.report(event), clock.now) };
}

describe.each(['live', 'plain', 'ndjson'] as const)('every reporter: %s', name => {
  it('says what it is called', async () => {
    const { reporter } = await stage(name);
    expect(reporter.name).toBe(name);
    await reporter.close();
  });

  it('leaves no timer and no hook behind, and may be closed twice', async () => {
    const { reporter, clock, exits, tell } = await stage(name);
    tell.begin();
    tell.start('.');
    tell.start('a');
    clock.advance(1000);
    tell.end('a', exit(1));
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    await reporter.close();
    expect(clock.armed).toBe(0);
    expect(exits.size).toBe(0);
  });

  it('may be closed before anything happened, and in the middle', async () => {
    const before = await stage(name);
    await before.reporter.close();
    expect(before.clock.armed).toBe(0);
    const middle = await stage(name);
    middle.tell.begin();
    middle.tell.start('a');
    await middle.reporter.close();
    expect(middle.clock.armed).toBe(0);
  });

  it('changes no event', async () => {
    const { reporter, tell } = await stage(name);
    const event = Object.freeze({ type: 'step.started', step: 'a', t: 0, attempt: 1 } as const);
    tell.begin();
    expect(() => reporter.report(event)).not.toThrow();
    await reporter.close();
  });

  it('lets no control code of a child through', async () => {
    const { reporter, terminal, clock, tell } = await stage(name);
    tell.begin();
    tell.start('.');
    tell.start('a');
    tell.print('a', HOSTILE.repeat(3));
    clock.advance(300);
    tell.event({ type: 'warning', t: 300, step: 'a', message: HOSTILE });
    clock.advance(300);
    tell.end('a', { state: 'failed', reason: { type: 'http', message: HOSTILE } });
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    expect(terminal.written).not.toContain('\x1b[2J');
    expect(terminal.written).not.toContain('\x1b[1;1H');
    expect(terminal.written).not.toContain('\x1b]');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them.
    expect(terminal.written).not.toMatch(/[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]/);
  });

  it.skipIf(name === 'live')('writes no escape byte at all', async () => {
    const { reporter, file, tell } = await stage(name, { file: 'out' });
    tell.begin('\x1b[31mred');
    tell.start('a');
    tell.print('a', HOSTILE);
    tell.end('a', exit(1));
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    expect(file.text).not.toContain('\x1b');
    expect(file.text.endsWith('\n')).toBe(true);
  });

  it.skipIf(name === 'live')('asks the source to wait while its sink does', async () => {
    const { reporter, file, tell } = await stage(name, { file: 'out' });
    tell.begin();
    let release = () => {};
    file.write = () =>
      new Promise(resolve => {
        release = resolve;
      });
    const busy = reporter.report({ type: 'step.output', step: 'a', t: 0, stream: 'out', text: 'x\n' });
    expect(busy).toBeInstanceOf(Promise);
    release();
    await busy;
  });
});

describe('ndjson', () => {
  it('is the events, one a line, as they came', async () => {
    const { reporter, file, tell } = await stage('ndjson', { file: 'out' });
    tell.begin();
    tell.print('a', HOSTILE);
    tell.finish();
    await reporter.close();
    const events = file.lines.map(line => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual(['run.started', 'step.output', 'run.finished']);
    expect(events[1]).toEqual({ type: 'step.output', step: 'a', t: 0, stream: 'out', text: HOSTILE });
  });
});

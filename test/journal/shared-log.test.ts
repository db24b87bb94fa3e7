/** The log that copies share: what each has printed can be told apart, also while it grows, and after a crash. */
import { appendFileSync, readdirSync, readFileSync, readlinkSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLogs } from '../../src/journal/logs.ts';
import { openReplay } from '../../src/journal/replay.ts';
import { openRunLogs } from '../../src/journal/run-logs.ts';
import { temporaryFolder } from '../support/cli.ts';

const SHARED = { isShared: true } as const;
const file = (folder: string, name: string) => join(folder, 'logs', name);

function printTo(folder: string, pieces: readonly (readonly [step: string, text: string])[]): void {
  const logs = openLogs(folder);
  const open = new Map(pieces.map(([step]) => [step, logs.open(step, SHARED)]));
  for (const [step, text] of pieces) open.get(step)?.append(Buffer.from(text));
  for (const log of open.values()) log.close();
}

function printed(folder: string, step: string): string {
  const logs = openRunLogs(folder);
  const reader = logs.open(step);
  const parts: Buffer[] = [];
  for (let bytes = reader.next(); bytes !== undefined; bytes = reader.next()) parts.push(bytes);
  logs.close();
  return Buffer.concat(parts).toString();
}

describe('a log that copies share', () => {
  it('is one file for a thousand of them, for its owner only, in which a person finds each', () => {
    const folder = temporaryFolder();
    printTo(folder, [
      ['get[1]', 'one'],
      ['get[2]/body', '2\n'],
      ['get[1]', ' more\n'],
      ['get[1001]', 'far'],
    ]);
    const first = file(folder, 'get.copies/1-1000.log');
    expect(readFileSync(first, 'utf8')).toBe('==> 1 3 <==\none\n==> 2.body 2 <==\n2\n\n==> 1 6 <==\n more\n\n');
    expect(statSync(first).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(folder, 'get.copies/1001-2000.log'), 'utf8')).toBe('==> 1001 3 <==\nfar\n');
    expect(['get[1]', 'get[2]/body', 'get[1001]', 'get[3]'].map(step => printed(folder, step))).toEqual([
      'one more\n',
      '2\n',
      'far',
      '',
    ]);
  });

  it.runIf(process.platform === 'linux')(
    'stays open from copy to copy, few at a time, and is closed in the end',
    () => {
      const folder = temporaryFolder();
      const logs = openLogs(folder);
      const openHere = () =>
        readdirSync('/proc/self/fd').filter(fd => {
          try {
            return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
          } catch {
            return false;
          }
        }).length;
      for (let copy = 1; copy <= 9001; copy += 500) {
        const log = logs.open(`[${copy}]`, SHARED);
        log.append(Buffer.from('x'));
        log.close();
        expect(openHere()).toBeLessThanOrEqual(2);
      }
      expect(openHere()).toBe(2);
      logs.close?.();
      expect(openHere()).toBe(0);
      expect(printed(folder, '[501]')).toBe('x');
    },
  );

  it('is no place for the log of a step that is no copy, nor where maxLog bounds each', () => {
    const folder = temporaryFolder();
    const plain = openLogs(folder).open('get', SHARED);
    const capped = openLogs(folder, { maxLog: 10 }).open('get[1]', SHARED);
    expect([plain.name, capped.name]).toEqual(['logs/get.log', 'logs/get.copies/1-1000/1.log']);
  });

  it('tells of each step whether it has printed anything', () => {
    const folder = temporaryFolder();
    printTo(folder, [['get[1]', 'x']]);
    const logs = openLogs(folder);
    expect(logs.open('get[1]', { ...SHARED, isOver: true }).isEmpty).toBe(false);
    expect(logs.open('get[2]', { ...SHARED, isOver: true }).isEmpty).toBe(true);
    const log = logs.open('get[2]', SHARED);
    expect(log.isEmpty).toBe(true);
    log.append(Buffer.from('y'));
    expect(log.isEmpty).toBe(false);
    log.close();
    expect(log.isEmpty).toBe(false);
  });

  it('gives back what each has printed, whatever it is, in whatever pieces and order', () => {
    const piece = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const folder = temporaryFolder();
        const steps = pieces.map(([copy, text]) => [`[${copy}]`, text.replace(/^$/, '==> 1 5 <==\n')] as const);
        printTo(folder, steps);
        for (const copy of [1, 2, 3, 4]) {
          const own = steps.filter(([step]) => step === `[${copy}]`).map(([, text]) => text);
          expect(printed(folder, `[${copy}]`)).toBe(own.join(''));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('gives back pieces that are larger than what is read at once, and far more of them than that', () => {
    const folder = temporaryFolder();
    const large = 'x'.repeat(200_000);
    printTo(folder, [
      ['[1]', large],
      ...Array.from({ length: 10_000 }, (_, index) => [`[${2 + (index % 2)}]`, `${index}\n`] as const),
      ['[1]', 'end'],
    ]);
    expect(printed(folder, '[1]')).toBe(`${large}end`);
    expect(printed(folder, '[3]').split('\n')).toHaveLength(5001);
  });

  it('is read while it grows', () => {
    const folder = temporaryFolder();
    const logs = openLogs(folder);
    const reading = openRunLogs(folder);
    const reader = reading.open('[7]');
    expect(reader.next()).toBeUndefined();
    const log = logs.open('[7]', SHARED);
    log.append(Buffer.from('one'));
    expect(reader.next()?.toString()).toBe('one');
    expect(reader.next()).toBeUndefined();
    logs.open('[8]', SHARED).append(Buffer.from('other'));
    log.append(Buffer.from('two'));
    expect(reader.next()?.toString()).toBe('two');
    const { position } = reader;
    log.append(Buffer.from('three'));
    expect(reading.open('[7]', position).next()?.toString()).toBe('three');
    reading.close();
  });

  it('goes on behind its last whole piece where the run had died in the midst of one', () => {
    for (const cut of [1, 3, 8, 20, 26]) {
      const folder = temporaryFolder();
      printTo(folder, [
        ['[1]', 'whole\n'],
        ['[2]', 'this one is torn\n'],
      ]);
      const path = file(folder, 'plan.copies/1-1000.log');
      truncateSync(path, statSync(path).size - cut);
      expect(printed(folder, '[2]')).toBe('');
      printTo(folder, [
        ['[2]', 'again\n'],
        ['[3]', '3'],
      ]);
      expect(['[1]', '[2]', '[3]'].map(step => printed(folder, step))).toEqual(['whole\n', 'again\n', '3']);
    }
  });

  it('tells its size without the piece in which the run had died', () => {
    const folder = temporaryFolder();
    printTo(folder, [['[1]', 'whole\n']]);
    const path = file(folder, 'plan.copies/1-1000.log');
    const { size } = statSync(path);
    appendFileSync(path, '==> 2 400000 <==\ntorn');
    const logs = openLogs(folder);
    const starting = ['[2]', '[3]'].map(step => logs.open(step, SHARED));
    expect(starting.map(log => log.size)).toEqual([size, size]);
    expect(logs.open('[1001]', SHARED).size).toBe(0);
    logs.close?.();
  });

  it('is told as far as it goes where somebody has damaged it', () => {
    const folder = temporaryFolder();
    printTo(folder, [['[1]', 'whole\n']]);
    appendFileSync(file(folder, 'plan.copies/1-1000.log'), 'no head\n==> 1 3 <==\nabc\n');
    expect(printed(folder, '[1]')).toBe('whole\n');
  });

  it('gives the last lines of each', () => {
    const folder = temporaryFolder();
    const lines = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `${from + index}\n`).join('');
    printTo(folder, [
      ['[1]', lines(0, 40_000)],
      ['[2]', 'x\n'],
      ['[1]', lines(40_000, 40_002)],
    ]);
    const logs = openRunLogs(folder);
    expect(logs.tail('[1]', 4)).toEqual(['39998', '39999', '40000', '40001']);
    expect(logs.tail('[2]', 4)).toEqual(['x']);
    expect(logs.tail('[3]', 4)).toEqual([]);
    logs.close();
  });

  it('is told again with the run, each attempt with what it has printed', () => {
    const folder = temporaryFolder();
    const logs = openLogs(folder);
    const events: object[] = [{ type: 'run.started', v: 1, run: 'r', name: 'p', at: '2026-01-01T00:00:00.000Z' }];
    const start = (step: string, t: number, attempt = 1) => {
      const log = logs.open(step, SHARED);
      events.push({ type: 'step.started', step, t, attempt, ...(log.size > 0 ? { logOffset: log.size } : {}) });
      return log;
    };
    const outcome = { state: 'succeeded' };
    const one = start('[1]', 0);
    const two = start('[2]', 0);
    two.append(Buffer.from('two\n'));
    one.append(Buffer.from('first\n'));
    one.close();
    events.push({ type: 'attempt.finished', step: '[1]', t: 10, attempt: 1, outcome, durationMs: 10 });
    const again = start('[1]', 20, 2);
    again.append(Buffer.from('second\n'));
    again.close();
    two.close();
    for (const step of ['[1]', '[2]']) {
      events.push({ type: 'step.finished', step, t: 30, outcome, durationMs: 30, attempts: 1 });
    }
    appendFileSync(join(folder, 'journal.ndjson'), events.map(event => `${JSON.stringify(event)}\n`).join(''));
    const told = [...openReplay(folder, undefined).events()].flatMap(event =>
      event.type === 'step.output' ? [`${event.t} ${event.step} ${event.text}`] : [],
    );
    expect(told).toEqual(['10 [1] first\n', '30 [1] second\n', '30 [2] two\n']);
  });
});

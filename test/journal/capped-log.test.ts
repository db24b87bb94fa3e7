import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCappedLog } from '../../src/journal/capped-log.ts';
import { openLogReader } from '../../src/journal/log-reader.ts';
import { logName, openLogs } from '../../src/journal/logs.ts';
import { temporaryFolder } from '../support/cli.ts';

const newFile = () => join(temporaryFolder(), 'x.log');
const text = (file: string) => readFileSync(file, 'utf8');

function print(file: string, maxLog: number, ...pieces: readonly string[]) {
  const log = openCappedLog(file, maxLog);
  for (const piece of pieces) log.append(Buffer.from(piece));
  log.close();
  return log;
}

function readOn(reader: ReturnType<typeof openLogReader>): string {
  const pieces: Buffer[] = [];
  for (let bytes = reader.next(); bytes !== undefined; bytes = reader.next()) pieces.push(bytes);
  return Buffer.concat(pieces).toString('latin1');
}

/** What the log of this text holds in the end. */
function capped(all: string, maxLog: number): string {
  if (all.length <= maxLog) return all;
  const half = Math.ceil(maxLog / 2);
  const head = all.slice(0, half);
  const count = String(all.length - maxLog).replace(/\B(?=(\d{3})+$)/g, ' ');
  const newline = head === '' || head.endsWith('\n') ? '' : '\n';
  const marker = Buffer.from(`${newline}… ${count} bytes left out by maxLog …\n`).toString('latin1');
  return head + marker + all.slice(all.length - (maxLog - half));
}

describe('a log with maxLog', () => {
  it('holds all when that is not more', () => {
    const file = newFile();
    print(file, 10, 'one', 'two', '3456');
    expect(text(file)).toBe('onetwo3456');
  });

  it('holds the first and the last half of more, and between them how much is left out', () => {
    const file = newFile();
    print(file, 20, '0123456789', 'x'.repeat(4321), 'abcdefghij');
    expect(text(file)).toBe('0123456789\n… 4 321 bytes left out by maxLog …\nabcdefghij');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('puts no empty line behind a first half that ends a line', () => {
    const file = newFile();
    print(file, 8, 'abc\n', 'xyz', 'defg');
    expect(text(file)).toBe('abc\n… 3 bytes left out by maxLog …\ndefg');
  });

  it('counts what was printed, and goes on after it was closed', () => {
    const file = newFile();
    const all = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
    print(file, 100, ...all.slice(0, 250));
    const log = print(file, 100, ...all.slice(250));
    expect(log.size).toBe(all.join('').length);
    expect(text(file)).toBe(Buffer.from(capped(all.join(''), 100), 'latin1').toString());
  });

  it('takes no more on disk than one and a half times that, the line and a piece', () => {
    const file = newFile();
    const log = openCappedLog(file, 10_000);
    for (let index = 0; index < 3000; index += 1) {
      log.append(Buffer.from(`${index} ${'.'.repeat(index % 90)}\n`));
      expect(statSync(file).size).toBeLessThan(15_000 + 100 + 80);
    }
    log.close();
    expect(statSync(file).size).toBeLessThan(10_000 + 80);
  });

  it('follows no link', () => {
    const file = newFile();
    symlinkSync('elsewhere', file);
    expect(() => openCappedLog(file, 10)).toThrow(/ELOOP/);
  });

  const moves = (unit: readonly string[]) =>
    fc.array(
      fc.record({
        piece: fc.string({ unit: fc.constantFrom(...unit), maxLength: 200 }),
        next: fc.constantFrom('go on', 'look', 'reopen'),
      }),
      { maxLength: 30 },
    );

  it('is exact for any output and any limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), moves(['a', 'b', '\n']), (maxLog, made) => {
        const file = newFile();
        let log = openCappedLog(file, maxLog);
        let all = '';
        for (const { piece, next } of made) {
          log.append(Buffer.from(piece));
          all += piece;
          expect(log.size).toBe(all.length);
          if (next === 'go on') continue;
          log.close();
          expect(readFileSync(file, 'latin1')).toBe(capped(all, maxLog));
          log = openCappedLog(file, maxLog);
        }
        log.close();
        expect(readFileSync(file, 'latin1')).toBe(capped(all, maxLog));
      }),
      { numRuns: 300 },
    );
  });

  it('shows each byte once to whoever follows it, or says that it is left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), moves(['a', 'b', 'c', 'd']), (maxLog, made) => {
        const file = newFile();
        const log = openCappedLog(file, maxLog);
        const reader = openLogReader(file, maxLog);
        let all = '';
        let seen = '';
        for (const { piece, next } of made) {
          log.append(Buffer.from(piece));
          all += piece;
          if (next === 'look') seen += readOn(reader);
        }
        log.close();
        seen += readOn(reader);
        reader.close();
        let at = 0;
        const parts = Buffer.from(seen, 'latin1')
          .toString()
          .split(/\n?… ([\d ]+) bytes left out by maxLog …\n/);
        for (const [index, part] of parts.entries()) {
          if (index % 2 === 0) expect(all.slice(at, at + part.length)).toBe(part);
          at += index % 2 === 0 ? part.length : Number(part.replaceAll(' ', ''));
        }
        expect(at).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a reader', () => {
  it('of what is not there yet has nothing, and then what there is', () => {
    const file = newFile();
    const reader = openLogReader(file);
    expect(reader.next()).toBeUndefined();
    writeFileSync(file, 'one');
    expect(readOn(reader)).toBe('one');
    writeFileSync(file, 'two', { flag: 'a' });
    expect(readOn(reader)).toBe('two');
    reader.close();
  });

  it('waits while the middle is being taken out', () => {
    const file = newFile();
    writeFileSync(file, 'abcd\n… ??? bytes left out by maxLog …\nold bytes');
    const reader = openLogReader(file, 8);
    expect(readOn(reader)).toBe('abcd');
    writeFileSync(file, 'abcd\n… 123 bytes left out by maxLog …\nefgh');
    expect(readOn(reader)).toBe(Buffer.from('\n… 123 bytes left out by maxLog …\nefgh').toString('latin1'));
    reader.close();
  });
});

describe('the logs of a run that is resumed', () => {
  it.each([undefined, 40])('go on behind what was printed before, with maxLog %s', maxLog => {
    const folder = temporaryFolder();
    const append = (piece: string) => {
      const log = openLogs(folder, { maxLog }).open('a');
      const before = log.size;
      log.append(Buffer.from(piece));
      log.close();
      return { before, after: log.size };
    };
    expect(append('0123456789\n')).toEqual({ before: 0, after: 11 });
    expect(append('x'.repeat(100))).toEqual({ before: 11, after: 111 });
    expect(append('9876543210')).toEqual({ before: 111, after: 121 });
    const all = `0123456789\n${'x'.repeat(100)}9876543210`;
    const expected = maxLog === undefined ? all : Buffer.from(capped(all, maxLog), 'latin1').toString();
    expect(text(join(folder, 'logs', logName('a')))).toBe(expected);
  });
});

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLogText } from '../../src/journal/log-text.ts';
import { openLogs } from '../../src/journal/logs.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'runjobs-test-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

it('the text of a log is empty before its first byte, and grows with it', () => {
  const run = folder();
  const text = openLogText(run, 'a/b');
  expect([text.size(), text.read(0, 10).length]).toEqual([0, 0]);
  const log = openLogs(run).open('a/b');
  log.append(Buffer.from('one two'));
  expect(text.size()).toBe(7);
  expect(text.read(4, 10).toString()).toBe('two');
  log.append(Buffer.from(' three'));
  expect(text.read(8, 3).toString()).toBe('thr');
  expect(text.read(100, 3).length).toBe(0);
  log.close();
  text.close();
  text.close();
});

it('the text of a copy is put together of its pieces in the log that it shares with others', () => {
  const run = folder();
  const text = openLogText(run, 'get[2]');
  expect(text.size()).toBe(0);
  const logs = openLogs(run);
  const print = (step: string, words: string) => {
    const log = logs.open(step, { isShared: true });
    log.append(Buffer.from(words));
    log.close();
  };
  for (const [step, words] of [
    ['get[1]', 'foreign'],
    ['get[2]', 'one '],
    ['get[1]', 'foreign'],
    ['get[2]', 'two '],
    ['get[2]', 'three'],
  ] as const)
    print(step, words);
  expect(text.path).toBe(join(run, 'logs/get.copies/1-1000.log'));
  expect(text.read(0, 100).toString()).toBe('one two three');
  expect(text.size()).toBe(13);
  for (let from = 0; from < 14; from++)
    for (let length = 0; length < 14; length++)
      expect(text.read(from, length).toString()).toBe('one two three'.slice(from, from + length));
  text.close();
});

it('the text of a log is never that of a file to which a link leads', () => {
  const run = folder();
  const log = openLogs(run).open('a');
  log.append(Buffer.from('x'));
  log.close();
  rmSync(join(run, 'logs/a.log'));
  writeFileSync(join(run, 'other'), 'foreign');
  symlinkSync(join(run, 'other'), join(run, 'logs/a.log'));
  const text = openLogText(run, 'a');
  expect([text.path, text.size(), text.read(0, 9).length]).toEqual([join(run, 'logs/a.log'), 0, 0]);
});

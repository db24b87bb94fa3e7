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

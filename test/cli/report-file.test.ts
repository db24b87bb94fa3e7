import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openReportFile } from '../../src/cli/report-file.ts';
import { temporaryFolder } from '../support/cli.ts';

const never = (error: Error) => {
  throw error;
};
const isRoot = process.getuid?.() === 0;

describe('the file of a reporter', () => {
  it('is what it was until it ends, then the new one; nothing is left beside it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'report.xml');
    writeFileSync(path, 'the last one');
    const before = process.listenerCount('exit');
    const sink = openReportFile(path, never);
    void sink.write('<a>');
    await sink.flush();
    expect(readFileSync(path, 'utf8')).toBe('the last one');
    void sink.write('</a>');
    await Promise.all([sink.end(), sink.end()]);
    expect(readFileSync(path, 'utf8')).toBe('<a></a>');
    expect(readdirSync(folder)).toEqual(['report.xml']);
    expect(process.listenerCount('exit')).toBe(before);
  });

  it('goes on with what is open already where its name stands for that', async () => {
    const path = join(temporaryFolder(), 'cron.log');
    writeFileSync(path, 'of yesterday\n');
    const descriptor = openSync(path, 'a');
    const before = process.listenerCount('exit');
    for (const name of [`/dev/fd/${descriptor}`, `/proc/self/fd/${descriptor}`]) {
      const sink = openReportFile(name, never);
      void sink.write('a line\n');
      await sink.end();
    }
    // It is still open.
    closeSync(descriptor);
    expect(readFileSync(path, 'utf8')).toBe('of yesterday\na line\na line\n');
    expect(process.listenerCount('exit')).toBe(before);
    expect(() => openReportFile('/dev/fd/9999', never)).toThrow('EBADF');
  });

  it('keeps its mode, and a link to it stays one', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'real.txt');
    writeFileSync(path, '');
    chmodSync(path, 0o600);
    symlinkSync('real.txt', join(folder, 'link.txt'));
    const sink = openReportFile(join(folder, 'link.txt'), never);
    void sink.write('new');
    await sink.end();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['link.txt', 'real.txt']);
  });

  it('is written to as the text comes where it is a pipe', async () => {
    const path = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    // Somebody reads from the beginning, however long cat takes to come.
    const held = openSync(path, 'r+');
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const sink = openReportFile(path, never);
    void sink.write('one\n');
    const [chunk] = await new Promise<Buffer[]>(done => reader.stdout.once('data', (...all) => done(all)));
    expect(String(chunk)).toBe('one\n');
    await sink.end();
    closeSync(held);
    reader.kill();
  });

  it('tells once that it cannot be written, and ends', async () => {
    const told: string[] = [];
    const sink = openReportFile('/dev/full', error => told.push(String((error as NodeJS.ErrnoException).code)));
    void sink.write('x');
    await sink.end();
    expect(told).toEqual(['ENOSPC']);
  });

  it('tells that it cannot take its place, and leaves nothing beside it', async () => {
    const folder = temporaryFolder();
    const told: string[] = [];
    const sink = openReportFile(join(folder, 'report.xml'), error => told.push(String(error.code)));
    void sink.write('x');
    mkdirSync(join(folder, 'report.xml'));
    await sink.end();
    expect(told).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['report.xml']);
  });

  it('has its folders made where they are missing', async () => {
    const path = join(temporaryFolder(), 'reports/of/today/report.xml');
    const sink = openReportFile(path, never);
    void sink.write('x');
    await sink.end();
    expect(readFileSync(path, 'utf8')).toBe('x');
    expect(readdirSync(dirname(path))).toEqual(['report.xml']);
  });

  it('is refused at once where its folder cannot be made', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'mine');
    const path = join(folder, 'file/below/x');
    expect(() => openReportFile(path, never)).toThrow(/ENOTDIR/);
    expect(() => openReportFile(join(folder, 'file/x'), never)).toThrow(/ENOTDIR/);
    expect(() => openReportFile('/proc/no/such/x', never)).toThrow(/ENOENT/);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it.skipIf(isRoot)('is refused at once where it may not be written', () => {
    const path = join(temporaryFolder(), 'report.xml');
    writeFileSync(path, '', { mode: 0o400 });
    expect(() => openReportFile(path, never)).toThrow(/EACCES/);
    expect(existsSync(`${path}.${process.pid}.part`)).toBe(false);
  });
});

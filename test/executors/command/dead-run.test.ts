import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StopSource } from '../../../src/engine/stop.ts';
import { endDeadRun } from '../../../src/executors/command/dead-run.ts';
import { scanAll, scanNow } from '../../../src/executors/command/processes.ts';
import { until } from '../../support/cli.ts';
import { marked } from './rig.ts';

let count = 0;
let run = '';
let folder = '';
let children: ChildProcess[] = [];
let warnings: string[] = [];

beforeEach(() => {
  run = `dead-${process.pid}-${count++}`;
  folder = mkdtempSync(join(tmpdir(), 'dead-run-'));
  warnings = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

/** Leaves a process as a run would; resolves when it has printed something. */
async function leave(script: string, runs = run): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', script], {
    env: { PATH: process.env.PATH, RUNJOBS_RUN_IDS: runs, TOLD: join(folder, 'told') },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const counting = 'trap "echo told >> $TOLD" TERM; echo ready; while :; do sleep 0.05; done';
const told = () => (existsSync(join(folder, 'told')) ? readFileSync(join(folder, 'told'), 'utf8') : '');
const end = (graceMs = 300) => endDeadRun({ run, graceMs, warn: message => warnings.push(message) });

describe('what a dead run has left', () => {
  it('is told to end once, and killed after the grace', async () => {
    await leave('echo ready; exec sleep 60');
    await leave(counting);
    expect(await end()).toBeGreaterThanOrEqual(2);
    expect(told()).toBe('told\n');
    expect([marked(run), warnings]).toEqual([[], []]);
  });

  it('is nothing of another run', async () => {
    const other = await leave('echo ready; exec sleep 60', `${run}-other`);
    expect(await end()).toBe(0);
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
  });

  it('is killed at once when no grace is left', async () => {
    await leave(counting);
    const kill = new StopSource();
    const ended = endDeadRun({ run, graceMs: 3_600_000, warn: message => warnings.push(message), kill });
    await until(() => told() !== '');
    kill.cancel({ type: 'interrupted', signal: 'SIGINT' });
    expect(await ended).toBeGreaterThanOrEqual(1);
    expect([marked(run), warnings]).toEqual([[], []]);
  });

  it('is told once where it takes its time', async () => {
    await leave(counting);
    const waits: [number, number][] = [];
    const kill = new StopSource();
    const onWait = (...wait: [number, number]) => {
      waits.push(wait);
      kill.cancel({ type: 'interrupted', signal: 'SIGINT' });
    };
    await endDeadRun({ run, graceMs: 3_600_000, warn: message => warnings.push(message), kill, onWait });
    expect(waits).toEqual([[expect.any(Number), 3_602_000]]);
  });

  it('that belongs to a runjobs inside is told by that one, and killed with it', async () => {
    await leave(counting, `${run} inner`);
    expect(await end()).toBeGreaterThanOrEqual(1);
    expect(told()).toBe('');
    expect(marked(run)).toEqual([]);
  });
});

it('a look at all processes finds those that were there before us', () => {
  expect(scanNow()?.has(process.ppid)).toBe(false);
  expect(scanAll()?.has(process.ppid)).toBe(true);
  expect(scanAll()?.has(process.pid)).toBe(false);
});

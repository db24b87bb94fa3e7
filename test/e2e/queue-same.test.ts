import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { printed, runjobs } from '../support/cli.ts';
import { type Ending, noRedis, startRedis, type TestRedis } from '../support/redis.ts';

/** Plans of `jobs/` that always come to the same, however busy the machine is. */
const PLANS = [
  'hello.json',
  'gather.json',
  'sequence.json',
  'allow-failure.yaml',
  'any.yaml',
  'background.yaml',
  'cwd.yaml',
  'env-file.yaml',
  'env.yaml',
  'exit-codes.yaml',
  'fail-fast.yaml',
  'fail-late.yaml',
  'fan-out.yaml',
  'finally.yaml',
  'for-each.yaml',
  'if.yaml',
  'launcher.yaml',
  'limit.json',
  'matrix.yaml',
  'module.mjs',
  'needs.yaml',
  'paths.yaml',
  'pools.yaml',
  'retry.yaml',
  'retry-group.yaml',
  'retry-on.yaml',
  'save.yaml',
  'shells.yaml',
  'slots.yaml',
  'stdin.yaml',
  'stop.yaml',
  'timeout.yaml',
  'use.yaml',
];

const endings: (() => void | Promise<void>)[] = [];
const ending: Ending = { onTestFinished: end => void endings.unshift(end) };
let redis: TestRedis;
let state: string;

describe.skipIf(noRedis !== undefined)(`the plans of jobs/${noRedis ? ` (${noRedis})` : ''}`, () => {
  beforeAll(async () => {
    redis = await startRedis(ending);
    state = mkdtempSync(join(tmpdir(), 'runjobs-same-'));
    endings.push(() => rmSync(state, { recursive: true, force: true }));
    const worker = runjobs(['worker', '--queue', redis.url, '--workdir', 'jobs', '-c', '16'], {
      env: { RUNJOBS_QUEUE_PASSWORD: redis.password },
    });
    endings.unshift(async () => {
      worker.kill('SIGKILL');
      await worker;
    });
    await printed(worker, 'takes steps');
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });

  for (const name of PLANS) {
    it.concurrent(`${name} comes to the same on workers`, { timeout: 120_000 }, async ({ expect }) => {
      const [here, there] = await Promise.all([run(name, []), run(name, ['--queue', redis.url])]);
      expect(there).toEqual(here);
    });
  }
});

/** What a plan comes to: its exit code, and of each step how it ended and what it has printed. */
async function run(name: string, args: readonly string[]) {
  const stateDir = join(state, `${name}-${args.length}`);
  mkdirSync(stateDir, { recursive: true });
  const { exitCode, stdout } = await runjobs(
    ['run', `jobs/${name}`, '--reporter', 'ndjson', '--state-dir', stateDir, ...args],
    {
      env: { RUNJOBS_QUEUE_PASSWORD: redis.password },
    },
  );
  const steps: Record<string, unknown> = {};
  let folder = '';
  for (const line of String(stdout).trim().split('\n')) {
    const event = JSON.parse(line) as RunEvent;
    if (event.type === 'run.started') folder = event.folder ?? '';
    if (event.type === 'step.finished') {
      const { outcome, attempts, log } = event;
      const text = log === undefined ? '' : readFileSync(join(folder, log), 'utf8');
      steps[event.step] = { ...outcome, attempts, text: withoutIds(text) };
    }
  }
  return { exitCode, steps };
}

/** Ids of processes and runs, times and folders that are made differ from run to run. */
function withoutIds(text: string): string {
  return text.replace(/\d{8}-\d{6}-[0-9a-f]{8}/g, '<run>').replace(/\d+:\d+:\d+(\.\d+)?/g, '<time>');
}

/** A queue with workers as real processes, for one test: everything of it ends with the test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { BIN, ENV, printed } from './cli.ts';
import { type Ending, type RedisOptions, startRedis, type TestRedis } from './redis.ts';

export interface Stage {
  readonly redis: TestRedis;
  /** Where the plan is, and the workers work. */
  readonly folder: string;
  /** Starts a worker and resolves when it takes steps; a bare process would be waited for to its end. */
  worker(args?: readonly string[], env?: Record<string, string>): Promise<{ readonly child: Process }>;
  /** Starts a run; the plan is written to the folder. */
  run(plan: unknown, args?: readonly string[], env?: Record<string, string>): Process;
  /** Any command on the queue. */
  runjobs(args: readonly string[], env?: Record<string, string>): Process;
}

export type Process = ReturnType<typeof start>;

function start(args: readonly string[], options: { readonly cwd: string; readonly env: Record<string, string> }) {
  return execa(process.execPath, [BIN, ...args], {
    stdin: 'ignore',
    cwd: options.cwd,
    env: { ...ENV, ...options.env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 1e9,
    forceKillAfterDelay: false,
  });
}

export async function openStage(ending: Ending, options?: RedisOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'runjobs-queue-'));
  ending.onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  const redis = await startRedis(ending, options);
  return stageOn(redis, folder, ending);
}

/** On a Redis that is there, in a folder that is there. @param url where it is not the Redis's own. */
export function stageOn(redis: TestRedis, folder: string, ending: Ending, url = redis.url): Stage {
  const runjobs = (args: readonly string[], env: Record<string, string> = {}) => {
    const child = start([...args, '--queue', url], {
      cwd: folder,
      env: { RUNJOBS_QUEUE_PASSWORD: redis.password, ...env },
    });
    ending.onTestFinished(async () => {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await child;
    });
    return child;
  };
  mkdirSync(folder, { recursive: true });
  return {
    redis,
    folder,
    runjobs,
    async worker(args = [], env = {}) {
      const child = runjobs(['worker', ...args], env);
      await printed(child, 'takes steps');
      return { child };
    },
    run(plan, args = [], env = {}) {
      writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
      return runjobs(['run', 'plan.json', ...(args.includes('--quiet') ? [] : ['--reporter', 'plain']), ...args], env);
    },
  };
}

/** Runs real commands through the executor, keeps what they told, and checks that nothing of them is left. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { ExecuteContext, StopFacts } from '../../../src/engine/executor.ts';
import { StopSource } from '../../../src/engine/stop.ts';
import type { CancelReason, Outcome } from '../../../src/events/outcome.ts';
import type { CommandExecutor } from '../../../src/executors/command/command.ts';
import { openCommandExecutor } from '../../../src/executors/command/command.ts';
import { type ForkServer, openForkServer } from '../../../src/executors/command/fork-server.ts';
import { livingIn } from '../../../src/executors/command/processes.ts';
import { launchBy, type Spawner } from '../../../src/executors/command/spawner.ts';
import type { RunStep } from '../../../src/plan/plan.ts';

/** A program of `test/commands`. */
export function program(name: string): string {
  return join(import.meta.dirname, '..', '..', 'commands', name);
}

/** One execution under way. */
export interface Execution {
  readonly outcome: Promise<Outcome>;
  readonly pids: number[];
  readonly warnings: string[];
  readonly stops: StopFacts[];
  bytes(): Buffer;
  text(): string;
  /** Resolves when the output contains `part`. */
  printed(part: string): Promise<void>;
  stop(reason?: CancelReason): void;
  kill(): void;
}

export interface Rig {
  readonly folder: string;
  readonly executor: CommandExecutor;
  start(command: RunStep['command'], options?: RunOptions): Execution;
  /** Runs to the end. */
  run(command: RunStep['command'], options?: RunOptions): Promise<Execution & { readonly result: Outcome }>;
}

export interface RunOptions {
  readonly executor?: CommandExecutor;
  readonly step?: Partial<RunStep>;
  readonly env?: Record<string, string>;
  readonly context?: Partial<ExecuteContext>;
}

/** Whether the laws are to hold where another process starts the commands. */
const isForked = process.env.RUNJOBS_STARTED_BY === 'fork server';

/** Has all commands started by a fork server, which is opened for the first. */
function openForking(run: string): Spawner {
  let opening: Promise<ForkServer> | undefined;
  let server: ForkServer | undefined;
  return {
    async launch(line, channel, input, kill) {
      opening ??= readyForkServer(run);
      server = await opening;
      return launchBy(server, line, channel, input, kill);
    },
    pid: () => server?.pid,
    close: async () => (await opening)?.close(),
  };
}

/** A fork server that is ready to be asked. */
export async function readyForkServer(run: string): Promise<ForkServer> {
  const server = openForkServer(run);
  await vi.waitFor(() => expect(server?.isReady).toBe(true), 10_000);
  if (server === undefined) throw new Error('there is no fork server here');
  return server;
}

const interrupted: CancelReason = { type: 'interrupted', signal: 'SIGINT' };

/** A fresh folder and executor for each test; after it, nothing that carries the run's mark may live. */
export function openRig(): () => Rig {
  let rig: Rig;
  let count = 0;
  let run = '';

  beforeEach(() => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rig-')));
    run = `rig-${process.pid}-${count++}`;
    const outputs = join(folder, '.outputs');
    const executor = openCommandExecutor({
      folder,
      run,
      outputs,
      ...(isForked ? { spawner: openForking(run) } : {}),
    });
    const start = (command: RunStep['command'], options: RunOptions = {}) =>
      execution(options.executor ?? executor, command, options);
    rig = {
      folder,
      executor,
      start,
      run: async (command, options) => {
        const started = start(command, options);
        return Object.assign(started, { result: await started.outcome });
      },
    };
  });

  afterEach(async () => {
    await rig.executor.close();
    rmSync(rig.folder, { recursive: true, force: true });
    // Those that left their group meet their end at their next write; the groups are checked at each step's end.
    await vi.waitFor(() => expect(marked(run), 'processes that outlived their step').toEqual([]), 5_000);
  });

  return () => rig;
}

/** The command lines of the living processes whose environment names the run. */
export function marked(run: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'latin1');
        if (!environ.split('\0').some(entry => entry.startsWith('RUNJOBS_RUN_IDS=') && entry.includes(run))) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`];
      } catch {
        return [];
      }
    });
}

/** A named pipe that programs wait at until the test opens it for writing. */
export function makeGate(folder: string): string {
  const path = join(folder, 'gate');
  execFileSync('mkfifo', [path]);
  return path;
}

function execution(executor: CommandExecutor, command: RunStep['command'], options: RunOptions): Execution {
  const stop = new StopSource();
  const kill = new StopSource();
  const chunks: Buffer[] = [];
  const waiting = new Set<() => void>();
  const pids: number[] = [];
  const warnings: string[] = [];
  const stops: Execution['stops'] = [];
  const text = () => Buffer.concat(chunks).toString('utf8');
  const step: RunStep = {
    type: 'run',
    id: 'step',
    env: {},
    background: false,
    allowFailure: false,
    command,
    shell: ['sh', '-ec'],
    stop: { signal: 'SIGTERM', graceMs: 10_000 },
    okExitCodes: [0],
    ...options.step,
  };
  const executed = executor.execute(step, {
    path: 'step',
    attempt: 1,
    ticks: [],
    stop,
    kill,
    received: () => {},
    commit: () => {},
    committed: () => undefined,
    env: options.env ?? { PATH: process.env.PATH ?? '' },
    started: facts => {
      if (facts?.pid !== undefined) pids.push(facts.pid);
    },
    write: bytes => {
      chunks.push(Buffer.from(bytes));
      for (const check of waiting) check();
      return undefined;
    },
    stopping: facts => stops.push(facts),
    warn: message => warnings.push(message),
    save: () => {},
    ...options.context,
  });
  const outcome = executed.then(result => {
    for (const pid of pids)
      expect(livingIn(pid, performance.now()), 'members of the group that outlived it').toEqual([]);
    return result;
  });
  return {
    outcome,
    pids,
    warnings,
    stops,
    bytes: () => Buffer.concat(chunks),
    text,
    printed: part =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!text().includes(part)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void executed.then(() => reject(new Error(`ended before it printed "${part}": ${text()} ${warnings}`)));
      }),
    stop: (reason = interrupted) => stop.cancel(reason),
    kill() {
      kill.cancel(interrupted);
      stop.cancel(interrupted);
    },
  };
}

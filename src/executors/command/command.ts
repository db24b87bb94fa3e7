/** Carries out `run` steps: one process group each, its output in exact order, nothing of it left when it has ended. */
import { rmSync } from 'node:fs';
import { platform } from 'node:os';
import type { ExecuteContext, Executor } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import type { RunStep } from '../../plan/plan.ts';
import { isSplit } from '../keeping.ts';
import type { Channel } from './channel.ts';
import { openChannels } from './channels.ts';
import type { CommandLine } from './command-line.ts';
import { commandLine, stopLine } from './command-line.ts';
import { openEnvironment } from './environment.ts';
import { exitOf, outcomeOf } from './exit.ts';
import { openFamily } from './family.ts';
import type { Ending } from './hunt.ts';
import { type CarryOut, keptOf } from './kept.ts';
import { type Launch, launch } from './launch.ts';
import { openLaunches } from './launches.ts';
import { openSpawner, type Spawner } from './spawner.ts';
import { notStarted, startFailure } from './start-failure.ts';
import { closeInput, openStdin } from './stdin.ts';
import { endLeftovers, stopCommand } from './stop.ts';
import { signalRun } from './suspend.ts';
import type { Terminal } from './terminal.ts';
import { firstOf } from './wait.ts';
import { openWatchdog, type Watchdog, type WatchdogOptions } from './watchdog.ts';

// Loaded with it, as both need the same.
export { endDeadRun } from './dead-run.ts';

export interface CommandExecutor extends Required<Executor> {
  /** Makes what the first steps need, so that they start in the order they are asked for. Never rejects. */
  prepare(): Promise<void>;
  /** Frees what the steps shared. Call when no step runs; afterwards nothing may be executed. */
  close(): Promise<void>;
}

export interface CommandExecutorOptions {
  /** Absolute; relative working directories start from it. */
  readonly folder: string;
  /** The run's id. */
  readonly run: string;
  /** Absolute; the folder for the files that commands write variables to. It is made when first needed. */
  readonly outputs: string;
  /** For interactive steps. */
  readonly terminal?: Terminal | undefined;
  /** A folder that must not stay when runjobs itself is killed. */
  readonly scratch?: string;
  /** What the commands are granted between SIGTERM and SIGKILL when runjobs itself is killed. Default: five seconds. */
  readonly graceMs?: number;
  /** How many commands are in the plan. */
  readonly expected?: number;
  /** Starts the commands. Default: one of its own. It is closed with this. */
  readonly spawner?: Spawner;
}

/**
 * Opens the executor of `run` steps for one run; nothing is started or made before the first step, or {@link CommandExecutor.prepare}.
 *
 * A step that cannot be started has failed, with the reason in plain words. On cancel the command's group, and what
 * has left it, gets its stop script or signal, after the grace SIGKILL; on kill SIGKILL at once. Where there is no /proc
 * (macOS) what has left the group is not seen.
 */
export function openCommandExecutor(options: CommandExecutorOptions): CommandExecutor {
  const { folder, run, outputs, terminal, scratch, graceMs = 5000 } = options;
  const { spawner = openSpawner(run, options.expected) } = options;
  let watchdog: Watchdog | undefined;
  let isWatched = false;
  const watch = (pipes?: WatchdogOptions['pipes']) => {
    if (!isWatched) {
      watchdog = openWatchdog({ run, graceMs, ...(pipes === undefined ? {} : { pipes }) });
      if (scratch !== undefined) watchdog?.removeLater(scratch);
    }
    isWatched = true;
  };
  const channels = openChannels(path => watchdog?.removeLater(path));
  const launches = openLaunches(run);
  /** Of the commands that run now. */
  const groups = new Set<number>();
  let underWay = 0;
  const completeEnvironment = openEnvironment(folder, run);

  return {
    async execute(step, context) {
      if (step.type !== 'run') throw new TypeError(`The command executor was given a step of type "${step.type}"`);
      watch();
      const { folder: from = folder } = step;
      const { number, mark, ended } = launches.begin(context.path, step.stop);
      // What it writes there may be a secret: were we killed, it must not stay.
      if (step.save?.type === 'file') watchdog?.removeLater(outputs);
      let isClean = false;
      underWay += 1;
      const carry: CarryOut = async (told, output) => {
        context.commit();
        const line = commandLine(step, from, completeEnvironment(told.env, number, output, from));
        if (step.interactive) {
          const { carryOutInteractive } = await import('./interactive.ts');
          const carried = await carryOutInteractive({ step, line, terminal, channels, family: { run, mark } }, told);
          isClean = carried.isClean;
          return carried.outcome;
        }
        if (platform() === 'win32') return (await import('./windows.ts')).executeOnWindows(line, step, from, told);

        const channel = await channels.lend(told, isSplit(step)).catch(error => startFailure(error, line));
        if ('message' in channel) return { state: 'failed', reason: channel };
        try {
          // A tick is to be punctual: where nothing else runs, the way through another process would only make it late.
          const by = told.ticks.length > 0 && underWay === 1 ? launch : spawner.launch;
          const work = { step, line, folder: from, channel, launch: by, family: { run, mark }, groups };
          const carried = await carryOut(work, told);
          isClean = carried.isClean;
          return carried.outcome;
        } finally {
          await channel.finish();
        }
      };
      try {
        return await keptOf(step, context, { folder: from, outputs, name: String(number) }, carry);
      } finally {
        underWay -= 1;
        ended(isClean);
      }
    },
    sweep: launches.sweep,
    suspend: () => signalRun({ run, groups, forkServer: spawner.pid() }, 'SIGSTOP'),
    proceed: () => signalRun({ run, groups, forkServer: spawner.pid() }, 'SIGCONT'),
    async prepare() {
      if (platform() === 'win32') return;
      await channels.prepare(async pipes => {
        watch(pipes);
        const made = await watchdog?.pipesMade;
        if (made === 'lost') {
          // Killed while it started, as by a signal to our group: without another one what is made now would stay if we were killed.
          isWatched = false;
          watch();
          watchdog?.removeLater(pipes.folder);
        }
        return made === 'made';
      });
    },
    async close() {
      // In this order: were we killed in between, the watchdog would remove the rest.
      await channels.close();
      rmSync(outputs, { recursive: true, force: true });
      await Promise.all([spawner.close(), watchdog?.dismiss()]);
    },
  };
}

interface Work {
  readonly step: RunStep;
  readonly line: CommandLine;
  /** Of the plan. */
  readonly folder: string;
  readonly channel: Channel;
  readonly launch: Launch;
  /** Whose processes it starts. */
  readonly family: { readonly run: string; readonly mark: string };
  /** Holds its process group while that lives. */
  readonly groups: Set<number>;
}

/**
 * One attempt, from the start of the process until nothing of its group is left. `isClean`: nothing is left in any
 * other group either, which is made sure of where something had to be ended.
 */
async function carryOut(
  { step, line, folder, channel, launch, family, groups }: Work,
  context: ExecuteContext,
): Promise<{ readonly outcome: Outcome; readonly isClean: boolean }> {
  const { stop, kill } = context;
  const { cancelled: reason } = stop;
  if (reason !== undefined) return { outcome: { state: 'cancelled', reason }, isClean: true };
  const input = openStdin(step.stdin, folder);
  if (typeof input === 'object') return { outcome: notStarted(input.fault), isClean: true };
  const leader = await launch(line, channel, input, kill);
  closeInput(input);
  // There may have been a process, where who was to tell of it was killed.
  if ('message' in leader) return { outcome: { state: 'failed', reason: leader }, isClean: false };
  const { pid } = leader;
  groups.add(pid);
  context.started({ pid });

  const started = { leader, family: openFamily({ ...family, group: pid }) };
  const ending: Ending = { policy: step.stop, kill, warn: message => context.warn(message) };
  let isClean = true;
  if ((await firstOf(leader.exited, { stops: [stop] })) === 'settled') {
    isClean = await endLeftovers(started, ending);
  } else {
    await stopCommand(started, {
      ...ending,
      launch: script => launch(stopLine(script, step, line, pid), channel, 'ignore', kill),
      tell: facts => context.stopping(facts),
    });
  }
  groups.delete(pid);
  return { outcome: outcomeOf(await exitOf(leader), step.okExitCodes), isClean };
}

/** Carries out interactive commands: in our own process group and session, with the terminal as their standard streams. */
import { execa } from 'execa';
import type { ExecuteContext } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import type { RunStep } from '../../plan/plan.ts';
import type { Channel } from './channel.ts';
import type { Channels } from './channels.ts';
import type { CommandLine } from './command-line.ts';
import { stopLine } from './command-line.ts';
import { flat } from './environment.ts';
import { type Exit, exitOf, outcomeOf } from './exit.ts';
import { type FamilyOptions, openFamily } from './family.ts';
import { describe, type Ending, endStrays } from './hunt.ts';
import { type Leader, launch } from './launch.ts';
import { ownGroup, send } from './processes.ts';
import { notStarted, type StartFailure, startFailure } from './start-failure.ts';
import { leftoverWarning, type Started, stopCommand } from './stop.ts';
import type { KeyboardSignal, Terminal, TerminalStreams } from './terminal.ts';
import { firstOf, pause } from './wait.ts';

export interface InteractiveWork {
  readonly step: RunStep;
  readonly line: CommandLine;
  /** Absent: there is none, and the step fails. */
  readonly terminal: Terminal | undefined;
  readonly family: FamilyOptions;
  /** For what the script of `stop.run` prints. */
  readonly channels: Channels;
}

/** Processes that end just after the one that has started them are not leftovers. */
const allowanceMs = 100;
const keyMs = 200;

/**
 * One attempt, from the start of the program until nothing of it is left before the terminal. It is stopped by its id and
 * by the tree of its processes, as its group is ours. `isClean`: nothing at all is left of it.
 */
export async function carryOutInteractive(
  { step, line, terminal, family, channels }: InteractiveWork,
  context: ExecuteContext,
): Promise<{ readonly outcome: Outcome; readonly isClean: boolean }> {
  const { cancelled: reason } = context.stop;
  if (reason !== undefined) return { outcome: { state: 'cancelled', reason }, isClean: true };
  // Told first: nothing is shown while the program has the terminal.
  context.started();
  const lent = terminal?.lend();
  if (lent === undefined) return { outcome: notStarted(whyNone(terminal)), isClean: true };
  let outcome: Outcome | undefined;
  try {
    const leader = await start(line, lent.streams);
    if ('message' in leader) return { outcome: { state: 'failed', reason: leader }, isClean: true };
    const started = { leader, family: openFamily({ ...family, group: leader.pid }) };
    const ending: Ending = { policy: step.stop, kill: context.kill, warn: message => context.warn(message) };
    let isClean = true;
    if ((await firstOf(leader.exited, { stops: [context.stop] })) === 'settled') {
      isClean = await endLeftHere(started, ending);
    } else {
      await stop(started, ending, { step, line, channels }, context);
    }
    outcome = outcomeOf(await exitOf(leader), step.okExitCodes);
    return { outcome, isClean };
  } finally {
    const key = outcome && keyBehind(outcome);
    // We may be told of the key a moment after the end that it has caused.
    if (key !== undefined) await pause(keyMs, [context.kill]);
    lent.takeBack(key);
  }
}

function whyNone(terminal: Terminal | undefined): string {
  return terminal === undefined
    ? 'An interactive step needs a terminal, and this run has none.'
    : 'Another interactive step has the terminal.';
}

/** Starts the program; resolves with why there is none, if so. */
async function start(line: CommandLine, [stdin, stdout, stderr]: TerminalStreams): Promise<Leader | StartFailure> {
  const {
    command: [program, ...args],
    cwd,
    env,
  } = line;
  const child = execa(program, args, {
    cwd,
    env: flat(env),
    extendEnv: false,
    stdio: [stdin, stdout, stderr],
    buffer: false,
    reject: false,
    cleanup: false,
  });
  const { pid } = child;
  if (pid === undefined) return startFailure((await child).cause, line);
  let hasEnded = false;
  const exited = new Promise<Exit>(resolve =>
    child.once('exit', (code, signal) => {
      hasEnded = true;
      resolve({ code, signal });
    }),
  );
  return {
    pid,
    exited,
    abandon: () => child.unref(),
    signal: name => (hasEnded ? 'gone' : send(pid, name)),
  };
}

async function stop(
  started: Started,
  ending: Ending,
  { step, line, channels }: Pick<InteractiveWork, 'step' | 'line' | 'channels'>,
  context: ExecuteContext,
): Promise<void> {
  let channel: Channel | undefined;
  await stopCommand(started, {
    ...ending,
    async launch(script) {
      const lent = await channels.lend(context).catch(error => startFailure(error, line));
      if ('message' in lent) return lent;
      channel = lent;
      return launch(stopLine(script, step, line, started.leader.pid), channel);
    },
    tell: facts => context.stopping(facts),
  });
  await channel?.finish();
}

/**
 * After the program has ended by itself: ends what it has left in our group, where it could read what is typed for others,
 * with a warning that names it. Resolves with whether nothing is left anywhere.
 */
async function endLeftHere({ family }: Started, ending: Ending): Promise<boolean> {
  const group = ownGroup();
  const look = async () => (await family.look()).filter(member => member.group === group);
  let left = await family.look();
  if (left.length > 0) {
    await pause(allowanceMs, [ending.kill]);
    left = await family.look();
  }
  const here = left.filter(member => member.group === group);
  if (here.length === 0) return left.length === 0;
  if (!ending.kill.cancelled) ending.warn(leftoverWarning(describe(here)));
  await endStrays({ look }, here, ending);
  return false;
}

/** The key that such an end may come from: the program was ended by its signal, or says so as shells do. */
function keyBehind(outcome: Outcome): KeyboardSignal | undefined {
  if (outcome.state !== 'failed') return undefined;
  const { signal, exitCode } = outcome;
  if (signal === 'SIGINT' || exitCode === 130) return 'SIGINT';
  return signal === 'SIGQUIT' || exitCode === 131 ? 'SIGQUIT' : undefined;
}

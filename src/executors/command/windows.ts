/** Commands on Windows, best effort: no process groups, no signals, two pipes; execa knows the quoting. */
import { execa } from 'execa';
import type { ExecuteContext } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import type { RunStep } from '../../plan/plan.ts';
import { isSplit } from '../keeping.ts';
import type { CommandLine } from './command-line.ts';
import { flat } from './environment.ts';
import { openPipes } from './pipes.ts';
import { notStarted, startFailure } from './start-failure.ts';
import { closeInput, openStdin } from './stdin.ts';
import { firstOf } from './wait.ts';

/** As the executor's `execute`, with the plan's folder, without its promise about what a command leaves behind after a normal end. */
export async function executeOnWindows(
  line: CommandLine,
  step: RunStep,
  folder: string,
  context: ExecuteContext,
): Promise<Outcome> {
  const { stop, kill } = context;
  if (stop.cancelled !== undefined) return { state: 'cancelled', reason: stop.cancelled };
  const input = openStdin(step.stdin, folder);
  if (typeof input === 'object') return notStarted(input.fault);
  const [program, ...args] = line.command;
  const child = execa(program, args, {
    cwd: line.cwd,
    env: flat(line.env),
    extendEnv: false,
    // Any descriptor will do; its types know none.
    stdin: input as 'ignore',
    buffer: false,
    reject: false,
    cleanup: false,
  });
  closeInput(input);
  const { pid } = child;
  if (pid === undefined) {
    const result = await child;
    return { state: 'failed', reason: startFailure(result.cause, line) };
  }
  context.started({ pid });
  const exited = new Promise<Outcome>(resolve =>
    child.once('exit', code => resolve(outcomeOf(code ?? 1, step.okExitCodes))),
  );
  const channel = openPipes(context.write, isSplit(step));
  channel.attach(child);
  if ((await firstOf(exited, { stops: [stop] })) === 'stopped') {
    context.stopping({ pid, signal: 'taskkill', graceMs: step.stop.graceMs });
    await taskkill(pid, kill.cancelled ? ['/F'] : []);
    const waited = await firstOf(exited, { limitMs: step.stop.graceMs, stops: [kill] });
    if (waited !== 'settled') await taskkill(pid, ['/F']);
  }
  const outcome = await exited;
  await channel.finish();
  return outcome;
}

/** While the tree is still whole: taskkill finds the children by their parents. */
async function taskkill(pid: number, flags: readonly string[]): Promise<void> {
  await execa('taskkill', ['/PID', String(pid), '/T', ...flags], { reject: false });
}

function outcomeOf(exitCode: number, okExitCodes: readonly number[]): Outcome {
  if (okExitCodes.includes(exitCode)) return { state: 'succeeded', exitCode };
  return { state: 'failed', reason: { type: 'exit' }, exitCode };
}

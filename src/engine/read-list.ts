/** One list of a forEach: its values, or what a file, a variable or a command holds. */
import type { Outcome } from '../events/outcome.ts';
import type { ListSource, NamedList, RunStep } from '../plan/plan.ts';
import type { RunContext, Running } from './context.ts';
import { type Executor, type ListItems, type ListRead, type ListText, writingTo } from './executor.ts';
import { executeLeaf } from './leaf.ts';
import type { Scope } from './scope.ts';
import { giveBack, takeSlot } from './turn.ts';
import { UnsetVariable } from './variables.ts';

export type ListEvaluation =
  | { readonly type: 'items'; readonly items: ListItems }
  /** It cannot be read, its command failed, or the step was told to stop. */
  | { readonly type: 'ended'; readonly outcome: Outcome };

/**
 * Reads the list. A command for it runs as part of the step, in a slot; it is told to stop with the step.
 * @throws {UnsetVariable} when a path, pattern or value names a variable that has none.
 */
export async function readList(
  run: RunContext,
  running: Running,
  { name, list }: NamedList,
  scope: Scope,
  attempt: number,
): Promise<ListEvaluation> {
  switch (list.type) {
    case 'values': {
      const values = list.values.map(value => scope.variables.expand(value));
      return { type: 'items', items: valuesOf(name, values) };
    }
    case 'glob': {
      const pattern = scope.variables.expand(list.pattern);
      return evaluationOf(name, await run.readList?.(name, { type: 'glob', pattern }, running.step.folder));
    }
    case 'lines':
    case 'json':
    case 'csv': {
      const text = await textOf(run, running, list.from, scope, attempt);
      if (text.type === 'ended') return { type: 'ended', outcome: ofList(name, text.outcome) };
      try {
        return evaluationOf(
          name,
          await run.readList?.(name, { type: list.type, from: text.from }, running.step.folder),
        );
      } finally {
        if (text.from.type === 'made') run.lists?.discard(text.from.file);
      }
    }
    default:
      return list satisfies never;
  }
}

/** The items of a list of values. */
export function valuesOf(name: string, values: readonly string[]): ListItems {
  return { count: values.length, at: index => ({ [name]: values[index] ?? '' }) };
}

type Text = { readonly type: 'text'; readonly from: ListText } | { readonly type: 'ended'; readonly outcome: Outcome };

async function textOf(
  run: RunContext,
  running: Running,
  from: ListSource,
  scope: Scope,
  attempt: number,
): Promise<Text> {
  switch (from.type) {
    case 'file':
      return { type: 'text', from: { type: 'file', path: scope.variables.expand(from.path) } };
    case 'variable': {
      const { name } = from;
      const text = scope.variables.get(name);
      if (text === undefined) throw new UnsetVariable(name);
      return { type: 'text', from: { type: 'text', text, what: `the variable "${name}"` } };
    }
    case 'command':
      return outputOf(run, running, from.command, scope, attempt);
    default:
      return from satisfies never;
  }
}

/** Runs the command to its end; its output is in a file then. */
async function outputOf(
  run: RunContext,
  running: Running,
  command: RunStep,
  scope: Scope,
  attempt: number,
): Promise<Text> {
  const file = run.lists?.newFile(running.path);
  if (file === undefined) throw new Error(`the run keeps no lists, but "${running.path}" has one from a command`);
  if (!scope.slotless) await takeSlot(run, running, scope);
  if (scope.closed !== undefined) {
    giveBack(running);
    return { type: 'ended', outcome: { state: 'cancelled', reason: scope.closed } };
  }
  // A dollar in it stays one, whatever is expanded.
  const work: RunStep = { ...command, saveTo: file.replaceAll('$', '$$$$') };
  const { outcome } = await executeLeaf(withoutStandardOutput(run), running, work, scope, attempt, () => {
    running.startedAt ??= run.clock.now();
    running.onBegun();
  });
  giveBack(running);
  if (outcome.state === 'succeeded')
    return { type: 'text', from: { type: 'made', file, what: `the output of the list's command` } };
  run.lists?.discard(file);
  const told = scope.cancelled;
  return { type: 'ended', outcome: told === undefined ? unkept(outcome, file) : { state: 'cancelled', reason: told } };
}

/** Where its output cannot be kept, without the file, of which the plan says nothing. */
function unkept(outcome: Outcome, file: string): Outcome {
  if (outcome.state !== 'failed' || !('message' in outcome.reason)) return outcome;
  const { reason } = outcome;
  const why = reason.message.split(`saveTo: "${file}" cannot be written: `, 2)[1];
  if (why === undefined) return outcome;
  return { ...outcome, reason: { ...reason, message: `what its script prints cannot be kept: ${why}` } };
}

/** A failure of the command says for which list it was. */
function ofList(name: string, outcome: Outcome): Outcome {
  if (outcome.state !== 'failed') return outcome;
  const { reason } = outcome;
  switch (reason.type) {
    case 'exit':
    case 'signal':
      return { ...outcome, reason: { ...reason, list: name } };
    case 'start':
    case 'save':
    case 'lost':
      return { ...outcome, reason: { ...reason, message: `forEach.${name}: ${reason.message}` } };
    default:
      return outcome;
  }
}

/** What a list's command prints to standard output is the list, and is neither shown nor in the log. */
function withoutStandardOutput(run: RunContext): RunContext {
  const execute: Executor['execute'] = (step, context) => {
    const write: typeof context.write = (bytes, stream) =>
      stream === 'err' ? context.write(bytes, stream) : undefined;
    return run.executor.execute(step, writingTo(context, write));
  };
  return { ...run, executor: { ...run.executor, execute } };
}

function evaluationOf(name: string, read: ListRead | undefined): ListEvaluation {
  if (read?.type === 'read') return { type: 'items', items: read.items };
  const message = `forEach.${name}: ${read?.message ?? 'this run reads no lists'}`;
  return { type: 'ended', outcome: { state: 'failed', reason: { type: 'start', message } } };
}

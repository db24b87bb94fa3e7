/** Attempts on their way between a root and its worker: what one has told and the other has not heard yet. */
import type { ExecuteContext, Executor } from '../../../src/engine/executor.ts';
import type { Stop } from '../../../src/engine/stop.ts';
import type { LeafStep } from '../../../src/plan/plan.ts';

/** By this variable a worker's attempt is known again: it goes through the message as any other does. */
export const TICKET = 'CONFORMANCE_TICKET';

/** One attempt that was given away. */
export interface Flight {
  readonly ticket: number;
  /** The context for the half that gives it away. */
  readonly given: ExecuteContext;
  /** Carries it out where it has arrived. */
  arrive(step: LeafStep, there: ExecuteContext): ReturnType<Executor['execute']>;
  /** The root has its end. */
  over(): void;
}

export interface Flights {
  open(context: ExecuteContext): Flight;
  /** Resolves when nothing is on its way, in either direction; rejects with what is, when nothing has come for long. */
  settled(): Promise<void>;
}

/** On a machine that is busy with other things, too. */
const PATIENCE_MS = 20_000;

let tickets = 0;
const arriving = new Map<string, Flight>();

/** The attempt with this ticket, if it was given away in this process. */
export function flightOf(ticket: string | undefined): Flight | undefined {
  return ticket === undefined ? undefined : arriving.get(ticket);
}

interface State {
  readonly here: ExecuteContext;
  there: ExecuteContext | undefined;
  hasEndedThere: boolean;
  /** Facts and bytes that were told there, less those that were heard here. */
  facts: number;
  bytes: number;
}

/** @param simulated carries out what arrives. */
export function openFlights(simulated: Executor): Flights {
  const open = new Map<number, State>();
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  /** Resolves at the next change. */
  const change = () => new Promise<void>(resolve => void waiting.add(resolve));

  return {
    open(context) {
      tickets += 1;
      const ticket = tickets;
      const state: State = { here: context, there: undefined, hasEndedThere: false, facts: 0, bytes: 0 };
      open.set(ticket, state);
      const flight: Flight = {
        ticket,
        given: heard(context, ticket, (facts, bytes) => {
          state.facts -= facts;
          state.bytes -= bytes;
          changed();
        }),
        async arrive(step, there) {
          for (const stop of [there.stop, there.kill]) stop.whenCancelled(changed);
          // Redis hands jobs out in the order in which they came; what a worker does first with each may overtake.
          while (there.kill.cancelled === undefined && isBehind(open, ticket)) await change();
          state.there = there;
          const told = telling(context, there, (facts, bytes) => {
            state.facts += facts;
            state.bytes += bytes;
          });
          const ending = simulated.execute(step, told);
          changed();
          return ending.finally(() => {
            state.hasEndedThere = true;
          });
        },
        over() {
          open.delete(ticket);
          arriving.delete(String(ticket));
          changed();
        },
      };
      arriving.set(String(ticket), flight);
      return flight;
    },
    async settled() {
      for (;;) {
        // What follows from the last change has to be done before it is known whether there is more.
        await new Promise(resolve => setImmediate(resolve));
        const moving = [...open.values()].filter(isMoving);
        if (moving.length === 0) return;
        await soon(change(), () => `nothing has come for ${PATIENCE_MS} ms of ${moving.map(wordsOn).join('; ')}`);
      }
    },
  };
}

/** Whether an attempt that was given away earlier has yet to begin. */
function isBehind(open: ReadonlyMap<number, State>, ticket: number): boolean {
  for (const [other, { there }] of open) if (other < ticket && there === undefined) return true;
  return false;
}

function isMoving({ here, there, hasEndedThere, facts, bytes }: State): boolean {
  if (there === undefined || hasEndedThere || facts !== 0 || bytes !== 0) return true;
  return isToldOnlyOne(here.stop, there.stop) || isToldOnlyOne(here.kill, there.kill);
}

function isToldOnlyOne(here: Stop, there: Stop): boolean {
  return here.cancelled !== undefined && there.cancelled === undefined;
}

function wordsOn({ here, there, hasEndedThere, facts, bytes }: State): string {
  const place = there === undefined ? 'has not begun' : hasEndedThere ? 'has ended there' : 'runs';
  const told = here.kill.cancelled ? 'killed' : here.stop.cancelled ? 'stopped' : 'not told to stop';
  return `${here.path} attempt ${here.attempt}: ${place}, ${facts} facts and ${bytes} bytes under way, ${told}`;
}

/** The context as the root's half has it: tells what it hears. */
function heard(context: ExecuteContext, ticket: number, hear: (facts: number, bytes: number) => void): ExecuteContext {
  return {
    path: context.path,
    attempt: context.attempt,
    ticks: context.ticks,
    stop: context.stop,
    kill: context.kill,
    get env() {
      return { ...flat(context.env), [TICKET]: String(ticket) };
    },
    commit: () => context.commit(),
    committed: () => context.committed(),
    started(facts) {
      context.started(facts);
      hear(1, 0);
    },
    write(bytes, stream) {
      const welcome = context.write(bytes, stream);
      hear(0, bytes.length);
      return welcome;
    },
    received(bytes, total) {
      context.received(bytes, total);
      hear(1, 0);
    },
    stopping(facts) {
      context.stopping(facts);
      hear(1, 0);
    },
    // Those of the root's half itself are told by nobody else.
    warn: context.warn,
    save: context.save,
  };
}

/** The worker's context, with the place in the plan that a law asks for. */
function telling(
  { path, ticks }: ExecuteContext,
  there: ExecuteContext,
  tell: (facts: number, bytes: number) => void,
): ExecuteContext {
  const { [TICKET]: _, RUNJOBS_TMP: __, ...env } = there.env;
  return {
    ...there,
    path,
    ticks,
    env,
    started(facts) {
      tell(1, 0);
      there.started(facts);
    },
    write(bytes, stream) {
      tell(0, bytes.length);
      return there.write(bytes, stream);
    },
    received(bytes, total) {
      tell(1, 0);
      there.received(bytes, total);
    },
    stopping(facts) {
      tell(1, 0);
      there.stopping(facts);
    },
  };
}

/** All of it may be inherited. */
function flat(env: Readonly<Record<string, string>>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in env) all[name] = env[name] ?? '';
  return all;
}

async function soon(work: Promise<void>, words: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(words())), PATIENCE_MS);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

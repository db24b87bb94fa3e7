/** An executor that only takes time: what a plan does when nothing real is started. */
import type { Clock } from '../engine/clock.ts';
import { type ExecuteContext, type Executor, type Reach, reasonOf } from '../engine/executor.ts';
import type { Outcome } from '../events/outcome.ts';
import type { Address } from '../plan/address.ts';
import type { LeafStep } from '../plan/plan.ts';

/** How a simulated leaf behaves. */
export interface Behaviour {
  /** Default: 0. */
  readonly durationMs?: number;
  /** Default: 0. */
  readonly exitCode?: number;
  /** Variables that it leaves at a good end. */
  readonly saves?: Readonly<Record<string, string>>;
  /** How the answer of a request failed, in the place of an exit code. */
  readonly http?: { readonly status?: number; readonly retryAfterMs?: number };
  /** Its worker is lost at its end, or before it has said that it has ended what it was told to. */
  readonly lost?: true;
  /** It waits so long for a machine before it starts. Default: 0. */
  readonly waitMs?: number;
  /** Printed to standard error at the start. */
  readonly errors?: string;
  /** Printed again after each of these times, in milliseconds since the start. */
  readonly prints?: readonly number[];
  /** Printed at the start. */
  readonly output?: string;
  /** Printed then, by milliseconds since the start. */
  readonly says?: Readonly<Record<number, string>>;
  /** Milliseconds that it takes to end once told to stop. Default: 0. */
  readonly stopMs?: number;
}

/** How a simulated address answers. */
export interface Answer {
  /** Default: 0. */
  readonly afterMs?: number;
  /** Why nobody can connect. Default: somebody listens. */
  readonly refusal?: string;
}

/** Asks no network: each address answers as `behave` says, on the given clock. */
export function createSimulatedReach(clock: Clock, behave: (address: Address) => Answer): Reach {
  return (address, signal) =>
    new Promise(resolve => {
      const { afterMs = 0, refusal } = behave(address);
      const end = (answer: string | undefined) => {
        disarm();
        signal.removeEventListener('abort', stop);
        resolve(answer);
      };
      const stop = () => end('it was not asked to the end');
      const disarm = clock.at(clock.now() + afterMs, () => end(refusal));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
}

const DOT = new TextEncoder().encode('.');

/** Executes every leaf as `behave` says, on the given clock. Killing ends it at once. */
export function createSimulatedExecutor(
  clock: Clock,
  behave: (step: LeafStep, context: ExecuteContext) => Behaviour,
): Executor {
  const carryOut: Executor['execute'] = (step, context) => {
    if (context.signal.aborted) return Promise.resolve({ state: 'cancelled', reason: reasonOf(context.signal) });
    const {
      durationMs = 0,
      exitCode = 0,
      saves,
      http,
      lost,
      waitMs = 0,
      errors,
      prints = [],
      output,
      says = {},
      stopMs = 0,
    } = behave(step, context);
    return new Promise<Outcome>(resolve => {
      let disarm = () => {};
      const spoken = Object.entries(says).map(([ms, text]) => [Number(ms), new TextEncoder().encode(text)] as const);
      const printing: (() => void)[] = [];
      const end = (outcome: Outcome) => {
        disarm();
        for (const forget of printing) forget();
        context.signal.removeEventListener('abort', stop);
        context.kill.removeEventListener('abort', kill);
        resolve(outcome);
      };
      const kill = () => end({ state: 'cancelled', reason: reasonOf(context.kill) });
      const stop = () => {
        disarm();
        const stopped = () => (lost ? finish() : end({ state: 'cancelled', reason: reasonOf(context.signal) }));
        if (stopMs === 0) stopped();
        else disarm = clock.at(clock.now() + stopMs, stopped);
      };
      const start = () => {
        context.started();
        if (output !== undefined) void context.write(new TextEncoder().encode(output));
        if (errors !== undefined) void context.write(new TextEncoder().encode(errors), 'err');
        for (const [ms, bytes] of [...prints.map(ms => [ms, DOT] as const), ...spoken])
          printing.push(clock.at(clock.now() + ms, () => void context.write(bytes)));
        disarm = clock.at(clock.now() + durationMs, finish);
      };
      const finish = () => {
        if (lost) return end({ state: 'failed', reason: { type: 'lost', message: 'lost' } });
        if (http !== undefined) return end({ state: 'failed', reason: { type: 'http', message: 'no' }, ...http });
        if (exitCode !== 0) return end({ state: 'failed', reason: { type: 'exit' }, exitCode });
        if (saves !== undefined) context.save(saves);
        end({ state: 'succeeded', exitCode });
      };
      if (waitMs === 0) start();
      else disarm = clock.at(clock.now() + waitMs, start);
      context.signal.addEventListener('abort', stop, { once: true });
      context.kill.addEventListener('abort', kill, { once: true });
    });
  };
  return {
    execute(step, context) {
      const kept = context.committed();
      return kept === undefined ? carryOut(step, context) : kept.then(() => carryOut(step, context));
    },
  };
}

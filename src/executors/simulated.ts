/** An executor that only takes time: what a plan does when nothing real is started. */
import type { Clock } from '../engine/clock.ts';
import type { ExecuteContext, Executor, Reach } from '../engine/executor.ts';
import type { CancelReason, Outcome } from '../events/outcome.ts';
import type { Address } from '../plan/address.ts';
import type { LeafStep } from '../plan/plan.ts';

/** How a simulated leaf behaves. */
export interface Behaviour {
  /** Default: 0. */
  readonly durationMs?: number;
  /** Default: 0. */
  readonly exitCode?: number;
  /** The signal that ends it, in the place of an exit code. */
  readonly signal?: string;
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
  return (address, stop) =>
    new Promise(resolve => {
      const { afterMs = 0, refusal } = behave(address);
      let forget = () => {};
      const end = (answer: string | undefined) => {
        disarm();
        forget();
        resolve(answer);
      };
      const disarm = clock.at(clock.now() + afterMs, () => end(refusal));
      forget = stop.whenCancelled(() => end('it was not asked to the end'));
    });
}

const DOT = new TextEncoder().encode('.');

/** Executes every leaf as `behave` says, on the given clock. Killing ends it at once. */
export function createSimulatedExecutor(
  clock: Clock,
  behave: (step: LeafStep, context: ExecuteContext) => Behaviour,
): Executor {
  const carryOut: Executor['execute'] = (step, context) => {
    const { stop, kill } = context;
    if (stop.cancelled !== undefined) return Promise.resolve({ state: 'cancelled', reason: stop.cancelled });
    const {
      durationMs = 0,
      exitCode = 0,
      signal,
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
      let listening: readonly (() => void)[] = [];
      const spoken = Object.entries(says).map(([ms, text]) => [Number(ms), new TextEncoder().encode(text)] as const);
      const printing: (() => void)[] = [];
      const end = (outcome: Outcome) => {
        disarm();
        for (const forget of printing) forget();
        for (const forget of listening) forget();
        resolve(outcome);
      };
      const onKill = () => end({ state: 'cancelled', reason: kill.cancelled as CancelReason });
      const onStop = () => {
        disarm();
        const reason = stop.cancelled as CancelReason;
        const stopped = () => (lost ? finish() : end({ state: 'cancelled', reason }));
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
        if (signal !== undefined) return end({ state: 'failed', reason: { type: 'signal' }, signal });
        if (exitCode !== 0) return end({ state: 'failed', reason: { type: 'exit' }, exitCode });
        if (saves !== undefined) context.save(saves);
        end({ state: 'succeeded', exitCode });
      };
      if (waitMs === 0) start();
      else disarm = clock.at(clock.now() + waitMs, start);
      listening = [kill.whenCancelled(onKill), stop.whenCancelled(onStop)];
    });
  };
  return {
    execute(step, context) {
      const kept = context.committed();
      return kept === undefined ? carryOut(step, context) : kept.then(() => carryOut(step, context));
    },
  };
}

/** An executor that only takes time: what a plan does when nothing real is started. */
import type { Clock } from '../engine/clock.ts';
import { type ExecuteContext, type Executor, reasonOf } from '../engine/executor.ts';
import type { Outcome } from '../events/outcome.ts';
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
  /** Printed to standard error at the start. */
  readonly errors?: string;
  /** Printed again after each of these times, in milliseconds since the start. */
  readonly prints?: readonly number[];
  /** Printed at the start. */
  readonly output?: string;
  /** Milliseconds that it takes to end once told to stop. Default: 0. */
  readonly stopMs?: number;
}

const DOT = new TextEncoder().encode('.');

/** Executes every leaf as `behave` says, on the given clock. Killing ends it at once. */
export function createSimulatedExecutor(
  clock: Clock,
  behave: (step: LeafStep, context: ExecuteContext) => Behaviour,
): Executor {
  return {
    execute(step, context) {
      if (context.signal.aborted) return Promise.resolve({ state: 'cancelled', reason: reasonOf(context.signal) });
      const {
        durationMs = 0,
        exitCode = 0,
        saves,
        http,
        errors,
        prints = [],
        output,
        stopMs = 0,
      } = behave(step, context);
      context.started();
      if (output !== undefined) void context.write(new TextEncoder().encode(output));
      if (errors !== undefined) void context.write(new TextEncoder().encode(errors), 'err');
      return new Promise<Outcome>(resolve => {
        let disarm = () => {};
        const printing = prints.map(ms => clock.at(clock.now() + ms, () => void context.write(DOT)));
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
          const stopped = () => end({ state: 'cancelled', reason: reasonOf(context.signal) });
          if (stopMs === 0) stopped();
          else disarm = clock.at(clock.now() + stopMs, stopped);
        };
        disarm = clock.at(clock.now() + durationMs, () => {
          if (http !== undefined) return end({ state: 'failed', reason: { type: 'http', message: 'no' }, ...http });
          if (exitCode !== 0) return end({ state: 'failed', reason: { type: 'exit' }, exitCode });
          if (saves !== undefined) context.save(saves);
          end({ state: 'succeeded', exitCode });
        });
        context.signal.addEventListener('abort', stop, { once: true });
        context.kill.addEventListener('abort', kill, { once: true });
      });
    },
  };
}

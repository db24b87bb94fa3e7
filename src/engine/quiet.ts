/** `timeout.quiet`: a step that prints nothing for so long is told to stop. */
import type { LeafStep } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import type { Scope } from './scope.ts';

export interface QuietWatch {
  /** The step has started, or has printed something. */
  heard(): void;
  end(): void;
}

const NO_WATCH: QuietWatch = { heard() {}, end() {} };

/** Watches one attempt, from its start on; the scope is cancelled with a `timeout` of the clock `quiet`. */
export function watchQuiet({ clock }: RunContext, { limits }: LeafStep, scope: Scope): QuietWatch {
  const limitMs = limits?.quietMs;
  if (limitMs === undefined) return NO_WATCH;
  let heardAt: number | undefined;
  let disarm = () => {};
  const look = () => {
    const due = (heardAt ?? clock.now()) + limitMs;
    if (clock.now() < due) disarm = clock.at(due, look);
    else scope.cancel({ type: 'timeout', step: scope.path, limitMs, clock: 'quiet' });
  };
  return {
    heard() {
      const isFirst = heardAt === undefined;
      heardAt = clock.now();
      if (isFirst) look();
    },
    end: () => disarm(),
  };
}

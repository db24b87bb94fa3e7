/** The background steps of a group: started and not awaited, stopped one by one, the last started first. */
import type { Outcome } from '../events/outcome.ts';
import type { Step } from '../plan/plan.ts';
import type { Begun, Told } from './context.ts';
import { Scope, unlessClosed } from './scope.ts';
import type { Variables } from './variables.ts';

interface Background {
  readonly scope: Scope;
  readonly ended: Promise<unknown>;
}

/** How far one has come; nothing is waited for any longer once the group is closed. */
export interface Started {
  /** Resolves when it has started, or with what it came to before. */
  readonly begun: Promise<Outcome | undefined>;
  /** Resolves when it is ready (has started, where it has no `ready`), or with what it came to before. */
  readonly ready: Promise<Outcome | undefined>;
  /** Resolves with what it has come to; with nothing where its group was closed before. */
  readonly ended: Promise<Outcome | undefined>;
}

/** Those of one group. */
export class Backgrounds {
  readonly #group: Scope;
  readonly #all: Background[] = [];

  /** @param group the scope of the group. */
  constructor(group: Scope) {
    this.#group = group;
  }

  /** Starts one in a scope of its own. */
  start({ ready }: Step, variables: Variables, run: (scope: Scope, told: Required<Told>) => Promise<Outcome>): Started {
    const scope = Scope.below(this.#group, { link: 'background', variables });
    let onBegun: Begun = () => {};
    let onReady = () => {};
    const begun = new Promise<undefined>(resolve => {
      // Where it has ended before, `ended` tells it: once its failure has closed the group.
      onBegun = outcome => {
        if (outcome === undefined) resolve(outcome);
      };
    });
    const isReady = new Promise<undefined>(resolve => {
      onReady = () => resolve(undefined);
    });
    const ended = run(scope, { onBegun, onReady }).finally(() => scope.end());
    this.#all.push({ scope, ended });
    return {
      begun: unlessClosed(this.#group, Promise.race([begun, ended])),
      ready: unlessClosed(this.#group, Promise.race([ready === undefined ? begun : isReady, ended])),
      ended: unlessClosed(this.#group, ended),
    };
  }

  /** Resolves when all of them have ended, or the scope of the group has closed. */
  async ended(): Promise<void> {
    await unlessClosed(this.#group, Promise.all(this.#all.map(({ ended }) => ended)));
  }

  /** Stops them, for the reason that has closed the group, else because it has ended well; each is awaited before the next. */
  async stop(): Promise<void> {
    const wellEnded = { type: 'group-ended', step: this.#group.path } as const;
    for (const { scope } of this.#all) scope.close(this.#group.closed ?? wellEnded);
    for (const { scope, ended } of this.#all.reverse()) {
      scope.cancel(this.#group.closed ?? wellEnded);
      await ended;
    }
  }
}

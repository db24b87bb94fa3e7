/** The background steps of a group: started and not awaited, stopped one by one, the last started first. */
import type { Outcome } from '../events/outcome.ts';
import type { Begun } from './context.ts';
import { Scope } from './scope.ts';
import type { Variables } from './variables.ts';

interface Background {
  readonly scope: Scope;
  readonly ended: Promise<unknown>;
}

/** Those of one group. */
export class Backgrounds {
  readonly #group: Scope;
  readonly #all: Background[] = [];

  /** @param group the scope of the group. */
  constructor(group: Scope) {
    this.#group = group;
  }

  /** Starts one in a scope of its own; resolves when it has started, or with what it came to before. */
  start(variables: Variables, run: (scope: Scope, onBegun: Begun) => Promise<Outcome>): Promise<Outcome | undefined> {
    const scope = Scope.below(this.#group, { link: 'background', variables });
    return new Promise(resolve => {
      const ended = run(scope, outcome => resolve(outcome)).finally(() => scope.end());
      this.#all.push({ scope, ended });
    });
  }

  /** Resolves when all of them have ended, or the scope of the group has closed. */
  async ended(): Promise<void> {
    let forget = () => {};
    const closed = new Promise<void>(resolve => {
      forget = this.#group.whenClosed(resolve);
    });
    await Promise.race([Promise.all(this.#all.map(({ ended }) => ended)), closed]);
    forget();
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

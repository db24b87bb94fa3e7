/** The background steps of a group: started and not awaited, stopped one by one, the last started first. */
import type { Outcome } from '../events/outcome.ts';
import type { Told } from './context.ts';
import { Scope, unlessClosed } from './scope.ts';
import type { Variables } from './variables.ts';

interface Background {
  readonly scope: Scope;
  readonly ended: Promise<unknown>;
}

/** How far one has come; nothing is waited for any longer once the group is closed. */
export interface Started {
  /** Resolves when it has started or waits to start, or has ended before. */
  readonly begun: Promise<unknown>;
  /** Resolves when it is ready: runs, where it has no `ready`. */
  readonly ready: Promise<unknown>;
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

  /** Starts one in a scope of its own. @param onReady called once, when it is ready, before {@link Started.begun} resolves. */
  start(
    variables: Variables,
    run: (scope: Scope, told: Required<Omit<Told, 'place'>>) => Promise<Outcome>,
    onReady: () => void = () => {},
  ): Started {
    const scope = Scope.below(this.#group, { link: 'background', variables });
    const has = { begun: false, run: false };
    let begin = () => {};
    let beReady = () => {};
    const begun = new Promise<void>(resolve => {
      begin = resolve;
    });
    const ready = new Promise<void>(resolve => {
      beReady = resolve;
    });
    /** A group is ready once it runs and so do the steps that it starts with. */
    const come = (what: 'begun' | 'run') => {
      if (has[what]) return;
      has[what] = true;
      if (!has.begun || !has.run) return;
      onReady();
      beReady();
    };
    const told: Required<Omit<Told, 'place'>> = {
      onBegun(outcome) {
        // Where it has ended before, `ended` tells it: once its failure has closed the group.
        if (outcome !== undefined) return;
        come('begun');
        begin();
      },
      onReady: () => come('run'),
    };
    const ended = run(scope, told).finally(() => scope.end());
    this.#all.push({ scope, ended });
    return {
      begun: unlessClosed(this.#group, Promise.race([begun, ended])),
      ready: unlessClosed(this.#group, ready),
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

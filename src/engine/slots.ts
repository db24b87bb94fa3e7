/** Places that are handed out first come, first served, and never more than there are. */

/** A place; calling it gives the place back. Further calls do nothing. */
export type Release = () => void;

/** How a waiter is told when to give up. */
export interface Waiting {
  /** Calls `fn` once when waiting has become pointless; returns how to forget it. */
  whenClosed(fn: () => void): () => void;
}

export class Slots {
  readonly size: number;
  readonly #soon: (handOver: () => void) => void;
  #taken = 0;
  /** Waiters in the order they came; one that gave up stays behind as `undefined` until its turn. */
  readonly #queue: ((release: Release) => void)[] = [];
  readonly #gone = new Set<(release: Release) => void>();
  #head = 0;

  /**
   * @param size how many may be taken at once, at least 1.
   * @param soon puts the handing over of a freed place off until all that follows from its end has been done: a step
   *   that fails closes its group before the place can go to a step that waits in it.
   */
  constructor(size: number, soon: (handOver: () => void) => void) {
    this.size = size;
    this.#soon = soon;
  }

  get taken(): number {
    return this.#taken;
  }

  /** A place if one is free and nobody waits for it, else `undefined`. */
  tryTake(): Release | undefined {
    if (this.#taken >= this.size) return undefined;
    this.#taken += 1;
    return this.#lease();
  }

  /**
   * Waits for a place. Resolves to `undefined` when `waiting` closes first: then no place is held, also when one was
   * handed over in the same moment.
   */
  take(waiting: Waiting): Promise<Release | undefined> {
    return new Promise(resolve => {
      let forget = () => {};
      const receive = (release: Release) => {
        forget();
        resolve(release);
      };
      this.#queue.push(receive);
      forget = waiting.whenClosed(() => {
        this.#gone.add(receive);
        resolve(undefined);
      });
    });
  }

  get #waiters(): number {
    return this.#queue.length - this.#head - this.#gone.size;
  }

  #lease(): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (this.#waiters === 0) this.#taken -= 1;
      else this.#soon(() => this.#handOver());
    };
  }

  /** Gives a freed place to the next waiter without putting it back, so that no newcomer can steal it. */
  #handOver(): void {
    for (;;) {
      const next = this.#queue[this.#head];
      if (next === undefined) break;
      this.#head += 1;
      if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
        this.#queue.splice(0, this.#head);
        this.#head = 0;
      }
      if (this.#gone.delete(next)) continue;
      next(this.#lease());
      return;
    }
    this.#taken -= 1;
  }
}

/** A place in the line of those who wait for slots and pools. */

/** A lease of what was wanted; calling it gives it back. Further calls do nothing. */
export type Release = () => void;

/** How a waiter is told when to give up. */
export interface Waiting {
  /** Calls `fn` once when waiting has become pointless; returns how to forget it. */
  whenClosed(fn: () => void): () => void;
}

/** Is told, once, that what was wanted has been handed over. */
export interface Waiter {
  served(): void;
}

/** One place; only whoever keeps the line serves it. */
export class Place {
  /** Those with lower ones came before. */
  readonly ticket: number;
  readonly #line: { left(): void };
  #isGone = false;
  #given: Release | undefined;
  #waiter: Waiter | undefined;

  /** @param line is told when somebody gives up who still waited. */
  constructor(ticket: number, line: { left(): void }) {
    this.ticket = ticket;
    this.#line = line;
  }

  /** Whether nobody waits at it any more: it was served or given up. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** What was handed over, if it was. */
  get given(): Release | undefined {
    return this.#given;
  }

  /** Hands over what was wanted. */
  serve(release: Release): void {
    this.#isGone = true;
    this.#given = release;
    this.#waiter?.served();
  }

  /** Whom to tell that it has been served, from now on; nobody else is told any more. */
  tell(waiter: Waiter): void {
    this.#waiter = waiter;
  }

  /** Gives up, and gives back what was handed over. */
  leave(): void {
    this.#given?.();
    if (this.#isGone) return;
    this.#isGone = true;
    this.#line.left();
  }

  /** Resolves with what was wanted once it is handed over; to `undefined` when `waiting` closes first: then nothing is held. */
  taken(waiting: Waiting): Promise<Release | undefined> {
    if (this.#given !== undefined) return Promise.resolve(this.#given);
    return new Promise(resolve => {
      let forget = () => {};
      this.tell({
        served: () => {
          forget();
          resolve(this.#given);
        },
      });
      forget = waiting.whenClosed(() => {
        if (this.#isGone) return;
        this.leave();
        resolve(undefined);
      });
    });
  }
}

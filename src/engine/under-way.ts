/** The attempts that run, or are waited for: by hand each makes way for the next one. */
import type { Scope } from './scope.ts';

/** A step that a person can have begin again. */
export interface Restartable {
  /** The next attempt follows at once. Resolves when nothing of the one before is left. */
  again(): Promise<void>;
}

/** An attempt that runs. */
export class UnderWay implements Restartable {
  /** It was ended for another one. */
  isAgain = false;
  readonly #scope: Scope;
  #tell: (() => void)[] | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Tells the attempt to stop, as by hand. */
  again(): Promise<void> {
    this.isAgain = true;
    const { path } = this.#scope;
    const over = new Promise<void>(tell => {
      this.#tell = [...(this.#tell ?? []), tell];
    });
    this.#scope.cancel({ type: 'stopped-by-user', step: path });
    return over;
  }

  /** Nothing of it is left. */
  over(): void {
    for (const tell of this.#tell ?? []) tell();
  }
}

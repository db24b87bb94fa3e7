/** The attempts that run: each can be ended by hand for another one. */
import type { Scope } from './scope.ts';

export class UnderWay {
  /** It was ended for another one. */
  isAgain = false;
  readonly #scope: Scope;
  #tell: (() => void)[] | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Tells the attempt to stop, as by hand; the next one follows at once. Resolves when nothing of it is left. */
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

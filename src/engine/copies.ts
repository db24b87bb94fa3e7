/** The copies of one forEach: which is next, which need not start, and what they have saved. */
import type { SkipReason } from '../events/outcome.ts';
import type { ForEachStep } from '../plan/plan.ts';
import { type Stretch, stretchesOf } from './chosen.ts';
import type { Ending, RunContext } from './context.ts';
import { SavedLists } from './saved-lists.ts';
import type { Scope } from './scope.ts';
import { type TakenCopies, takenCopies, takeOverCopies } from './takeover.ts';
import type { Values } from './variables.ts';

export class Copies {
  readonly #run: RunContext;
  readonly #step: ForEachStep;
  readonly #scope: Scope;
  readonly #count: number;
  /** What a run that was broken off had finished, in order. */
  readonly #taken: readonly TakenCopies[];
  readonly #saved: SavedLists;
  readonly #onTooLong: () => void;
  readonly #stretchAt: (number: number) => Stretch;
  #nextTaken = 0;
  #next = 1;

  /** @param onTooLong called when what they have saved becomes too much, where nothing has closed the scope before. */
  constructor(run: RunContext, step: ForEachStep, scope: Scope, count: number, onTooLong: () => void) {
    this.#run = run;
    this.#step = step;
    this.#scope = scope;
    this.#count = count;
    this.#taken = takenCopies(step, scope.past, count);
    this.#saved = new SavedLists(step, count);
    this.#onTooLong = onTooLong;
    this.#stretchAt = stretchesOf(step);
  }

  /** The number of the next copy that is to start; those before it that are not have been told. */
  next(): number | undefined {
    while (this.#next <= this.#count) {
      const number = this.#next;
      const taken = this.#taken[this.#nextTaken];
      if (taken?.first === number) {
        this.#takeOver(taken);
        continue;
      }
      const { by, end } = this.#stretchAt(number);
      const reason = by === undefined ? this.#scope.closed : ({ type: 'left-out', by } as const);
      if (reason === undefined) {
        this.#next += 1;
        return number;
      }
      this.#skip(Math.min(end, taken?.first ?? this.#count + 1) - number, reason);
    }
    return undefined;
  }

  /** A copy has its final state. */
  ended(number: number, saved: Values): void {
    const wasTooLong = this.#saved.isTooLong;
    this.#saved.add(number, saved);
    if (this.#saved.isTooLong && !wasTooLong && this.#scope.closed === undefined) this.#onTooLong();
  }

  /** How the forEach ends, and what it leaves: of each variable the list of what the copies have saved. */
  end({ outcome, hadFailed = false }: Ending): Ending {
    const lists = this.#saved.lists();
    if (lists.type === 'lists') return { outcome, saved: lists.values, hadFailed };
    const { closed, path } = this.#scope;
    const isReason = closed?.type === 'sibling-failed' && closed.step === path;
    if (outcome.state !== 'succeeded' && !isReason) return { outcome, hadFailed };
    return { outcome: { state: 'failed', reason: { type: 'save', message: lists.message } }, hadFailed };
  }

  #takeOver(taken: TakenCopies): void {
    this.#nextTaken += 1;
    this.#next += taken.count;
    const saved = takeOverCopies(this.#run, this.#step, this.#scope.path, taken);
    if (saved !== undefined) this.ended(taken.first, saved);
  }

  #skip(count: number, reason: SkipReason): void {
    this.#run.publish({
      type: 'copies.finished',
      step: this.#scope.path,
      t: this.#run.t(),
      first: this.#next,
      count,
      outcome: { state: 'skipped', reason },
    });
    this.#next += count;
  }
}

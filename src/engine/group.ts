/** What every group of steps shares: its first failure, its background steps, and its end. */

import { type CancelReason, counts, type Failed, type Outcome, type SkipReason } from '../events/outcome.ts';
import { childPath, type Step } from '../plan/plan.ts';
import { Backgrounds, type Started } from './background.ts';
import type { Begun, Ending, RunContext, Told } from './context.ts';
import { hold, placeAhead } from './held.ts';
import { killedBy } from './killed-by.ts';
import type { Scope } from './scope.ts';
import { skip } from './skip.ts';
import { pastOf } from './takeover.ts';
import type { Values } from './variables.ts';

/** What the failures of its children do to a group. A background step that fails cancels it, unless nothing does. */
export interface FailurePolicy {
  /** What the first that is not tolerated does to the others: cancels them, lets no more start, or nothing. */
  readonly onFailure: 'cancel' | 'close' | 'go on';
  /** So many are none; one more cancels the others whatever {@link FailurePolicy.onFailure} says. */
  readonly tolerated: number;
  /** Background steps are like the others. */
  readonly isLenient?: true;
}

/** The first failure ends the group. */
export const FAIL_FAST: FailurePolicy = { onFailure: 'cancel', tolerated: 0 };

/** No failure keeps the others from running. */
export const FAIL_NOBODY: FailurePolicy = { onFailure: 'go on', tolerated: 0, isLenient: true };

const NOTHING: Values = Object.freeze({});

/** How the command of a failed step ended by itself. */
type ExitFacts = Pick<Failed, 'exitCode' | 'signal'>;

/** A group while it runs. */
export class Group {
  /** The first failure that counts, with the path of the step that brought it about. */
  failure: ({ readonly step: string } & ExitFacts) | undefined;
  readonly #run: RunContext;
  readonly #scope: Scope;
  readonly #policy: FailurePolicy;
  readonly #own: Values;
  readonly #background: Backgrounds;
  /** By the ids of the children, in the order they ended. */
  readonly #saved = new Map<string, Values>();
  #foreground = false;
  #tolerated = 0;
  /** Its failure ends it, and came before anything from outside did. */
  #hadFailed = false;

  /** @param own the `env` of the step that it is the body of: what is saved inside cannot be seen through it. */
  constructor(run: RunContext, scope: Scope, policy: FailurePolicy, own: Values = NOTHING) {
    this.#run = run;
    this.#scope = scope;
    this.#policy = policy;
    this.#own = own;
    this.#background = new Backgrounds(scope);
  }

  /**
   * Runs children one after the other, each once the one before has ended, or in the background is ready; once the scope is
   * closed the rest is skipped. @param onBegun see {@link child}.
   */
  async inOrder(children: readonly Step[], onBegun?: Begun): Promise<void> {
    for (const child of children) {
      if (this.#scope.closed !== undefined) this.skip(child, this.#closedBefore(this.#scope.closed));
      else if (child.background) {
        const { begun, ready, ended } = this.startBackground(child);
        await begun;
        onBegun?.();
        await Promise.race([ready, ended]);
      } else await this.child(child, onBegun);
      this.#scope.variables = this.#scope.variables.saving(this.savedBy(child), this.#scope.path, this.#own);
    }
  }

  /** What a child that has ended has saved. */
  savedBy({ id }: Step): Values {
    return this.#saved.get(id) ?? NOTHING;
  }

  /** The same, once: it is kept no longer. */
  takeSaved(child: Step): Values {
    const saved = this.savedBy(child);
    this.#saved.delete(child.id);
    return saved;
  }

  /** Gives a child that does not start its final state. */
  skip(child: Step, reason: SkipReason): Outcome {
    const { outcome, saved } = skip(this.#run, child, this.pathOf(child), reason, pastOf(child, this.#scope.past));
    if (saved !== undefined) this.#saved.set(child.id, saved);
    return outcome;
  }

  pathOf(child: Step): string {
    return childPath(this.#scope.path, child.id);
  }

  /** Runs a child to its end. @param onBegun called when it has started, waits for its slot, or has ended. */
  child(step: Step, onBegun?: Begun, scope = this.#scope): Promise<Outcome> {
    this.#foreground ||= step.leftOut === undefined;
    const path = this.pathOf(step);
    const place = placeAhead(this.#run, step, path, scope);
    if (place === undefined || place.given !== undefined) return this.#observed(step, scope, { onBegun, place });
    onBegun?.();
    return hold(scope, path, place, () => this.#observed(step, scope, { place }));
  }

  /** Starts a child that is not awaited before {@link Group.end}. @param onReady see {@link Backgrounds.start}. */
  startBackground(step: Step, variables = this.#scope.variables, onReady?: () => void): Started {
    return this.#background.start(variables, (scope, told) => this.#observed(step, scope, told), onReady);
  }

  /** Does to those that have not ended what a failure of the step does that is not tolerated. @param isFatal it cancels them. */
  endOthers(step: string, isFatal = false): void {
    const { onFailure, tolerated } = this.#policy;
    const isCancelling = isFatal || onFailure === 'cancel' || tolerated > 0;
    if (isCancelling) this.#hadFailed = true;
    // What tidies up after a failure may still do so when something else has closed the group.
    if (this.#scope.closed !== undefined) return;
    const reason = { type: 'sibling-failed', step } as const;
    if (isCancelling) this.#scope.cancel(reason);
    else if (onFailure === 'close') this.#scope.close(reason);
  }

  /**
   * Ends the group once its other children have ended: background steps are stopped one by one, the last started first. One
   * with nothing else than background steps, but for what is left out, lives until they have ended or its scope closes. What
   * its steps have left behind goes with it. What they have saved goes on to those after the group.
   * @param order of the children, where it is not that in which they ended.
   */
  async end(order?: readonly Step[]): Promise<Ending> {
    if (!this.#foreground) await this.#background.ended();
    await this.#background.stop();
    await this.#run.sweep(this.#scope.path);
    const saved = order === undefined ? [...this.#saved.values()] : order.map(child => this.savedBy(child));
    return {
      outcome: this.#outcome(),
      saved: saved.length === 0 ? undefined : Object.assign({}, ...saved),
      hadFailed: this.#hadFailed,
    };
  }

  #outcome(): Outcome {
    const { failure } = this;
    if (failure !== undefined) {
      const { step, ...facts } = failure;
      return { state: 'failed', reason: { type: 'child', step }, ...facts };
    }
    const reason = this.#scope.cancelled ?? this.#scope.closed;
    return reason === undefined ? { state: 'succeeded' } : { state: 'cancelled', reason };
  }

  async #observed(step: Step, scope: Scope, told: Told): Promise<Outcome> {
    const path = this.pathOf(step);
    const { outcome, saved, hadFailed } = await this.#run.step(this.#run, step, path, scope, told);
    // Those that follow need not wait for a background step, so it leaves them nothing.
    if (saved !== undefined && !step.background) this.#saved.set(step.id, saved);
    if (counts(outcome) && (hadFailed || this.#scope.closed === undefined)) this.#fail(path, outcome, step.background);
    return outcome;
  }

  /** Why the next in order is skipped: where the group closed itself, for the failure before. */
  #closedBefore(closed: CancelReason): SkipReason {
    const { failure } = this;
    const isOwn = closed.type === 'sibling-failed' && closed.step === failure?.step;
    return isOwn ? { type: 'earlier-failed', step: closed.step } : closed;
  }

  #fail(path: string, outcome: Failed, isBackground: boolean): void {
    const { tolerated, isLenient } = this.#policy;
    const isFatal = isBackground && isLenient !== true;
    if (!isFatal && this.#tolerated < tolerated) {
      this.#tolerated += 1;
      return;
    }
    const step = outcome.reason.type === 'child' ? outcome.reason.step : path;
    this.failure ??= { step, ...exitFacts(outcome) };
    this.endOthers(step, isFatal);
  }
}

function exitFacts(outcome: Failed): ExitFacts {
  const { exitCode } = outcome;
  const signal = killedBy(outcome);
  return { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
}

/** What every group of steps shares: its first failure, its background steps, and its end. */

import { type CancelReason, counts, type Failed, type Outcome, type SkipReason } from '../events/outcome.ts';
import { childPath, type Step } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import { Scope } from './scope.ts';
import { skip } from './skip.ts';
import { pastOf } from './takeover.ts';

/** Which failures cancel everything else in a group. */
export type CancelOn = 'any failure' | 'a background failure' | 'no failure';

interface Background {
  readonly scope: Scope;
  readonly ended: Promise<unknown>;
}

/** A group while it runs. */
export class Group {
  /** The first failure that counts, with the path of the step that brought it about. */
  failure: { readonly step: string; readonly exitCode: number | undefined } | undefined;
  readonly #run: RunContext;
  readonly #scope: Scope;
  readonly #cancelOn: CancelOn;
  readonly #background: Background[] = [];
  #foreground = false;

  constructor(run: RunContext, scope: Scope, cancelOn: CancelOn) {
    this.#run = run;
    this.#scope = scope;
    this.#cancelOn = cancelOn;
  }

  /** Runs children one after the other; once the scope is closed the rest is skipped. @param onBegun see {@link child}. */
  async inOrder(children: readonly Step[], onBegun?: () => void): Promise<void> {
    for (const child of children) {
      if (this.#scope.closed !== undefined) this.skip(child, this.#closedBefore(this.#scope.closed));
      else if (child.background) {
        await this.startBackground(child);
        onBegun?.();
      } else await this.child(child, onBegun);
    }
  }

  /** Gives a child that does not start its final state. */
  skip(child: Step, reason: SkipReason): void {
    skip(this.#run, child, childPath(this.#scope.path, child.id), reason, pastOf(child, this.#scope.past));
  }

  /** Runs a child to its end. @param onBegun called when it has started, waits for its slot, or has ended. */
  async child(step: Step, onBegun?: () => void): Promise<void> {
    this.#foreground = true;
    await this.#observed(step, this.#scope, onBegun);
  }

  /** Starts a child that is not awaited before {@link Group.end}; resolves when it has started, or has ended before. */
  async startBackground(step: Step): Promise<void> {
    const scope = Scope.below(this.#scope, { link: 'background' });
    await new Promise<void>(resolve => {
      const ended = this.#observed(step, scope, resolve).finally(() => scope.end());
      this.#background.push({ scope, ended });
    });
  }

  /**
   * Ends the group once its other children have ended: background steps are stopped one by one, the last started
   * first. A group with nothing but background steps lives until they have ended or its scope closes. What its steps
   * have left behind goes with it.
   */
  async end(): Promise<Outcome> {
    if (!this.#foreground) await this.#backgroundAlone();
    await this.#stopBackground();
    await this.#run.sweep(this.#scope.path);
    const { failure } = this;
    if (failure !== undefined) {
      const { step, exitCode } = failure;
      return { state: 'failed', reason: { type: 'child', step }, ...(exitCode === undefined ? {} : { exitCode }) };
    }
    const reason = this.#scope.cancelled ?? this.#scope.closed;
    return reason === undefined ? { state: 'succeeded' } : { state: 'cancelled', reason };
  }

  async #observed(step: Step, scope: Scope, onBegun?: () => void): Promise<void> {
    const path = childPath(this.#scope.path, step.id);
    const outcome = await this.#run.step(this.#run, step, path, scope, onBegun);
    if (counts(outcome) && this.#scope.closed === undefined) this.#fail(path, outcome, step.background);
  }

  /** Why the next in order is skipped: where the group closed itself, for the failure before. */
  #closedBefore(closed: CancelReason): SkipReason {
    const { failure } = this;
    const isOwn = closed.type === 'sibling-failed' && closed.step === failure?.step;
    return isOwn ? { type: 'earlier-failed', step: closed.step } : closed;
  }

  #fail(path: string, outcome: Failed, isBackground: boolean): void {
    const step = outcome.reason.type === 'child' ? outcome.reason.step : path;
    this.failure ??= { step, exitCode: outcome.exitCode };
    const isFatal = this.#cancelOn === 'any failure' || (isBackground && this.#cancelOn === 'a background failure');
    if (isFatal) this.#scope.cancel({ type: 'sibling-failed', step });
  }

  async #backgroundAlone(): Promise<void> {
    let forget = () => {};
    const closed = new Promise<void>(resolve => {
      forget = this.#scope.whenClosed(resolve);
    });
    await Promise.race([Promise.all(this.#background.map(({ ended }) => ended)), closed]);
    forget();
  }

  async #stopBackground(): Promise<void> {
    const wellEnded = { type: 'group-ended', step: this.#scope.path } as const;
    for (const { scope } of this.#background) scope.close(this.#scope.closed ?? wellEnded);
    for (const { scope, ended } of this.#background.reverse()) {
      scope.cancel(this.#scope.closed ?? wellEnded);
      await ended;
    }
  }
}

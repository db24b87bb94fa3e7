/** The tree of what runs: a parent outlives its children, and cancelling it cancels them. */
import type { CancelReason } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { isAtOrBelow } from '../plan/plan.ts';
import { type Stop, wakeAll, waking } from './stop.ts';
import type { Values, Variables } from './variables.ts';

/**
 * How a scope hangs on its parent. `attached`: told to stop with it. `background`: starts nothing more once the parent
 * is closed, and is told to stop by its group when its turn has come. `shielded`: untouched by a cancellation.
 */
export type Link = 'attached' | 'background' | 'shielded';

export interface ScopeOptions {
  readonly link?: Link;
  /** The path of the step (or `…/finally`) that this is a scope of; default: the parent's. */
  readonly path?: string;
  readonly tick?: number;
  /** Those of every `every` that it is in, the outermost first. */
  readonly ticks?: readonly number[];
  readonly variables?: Variables;
  /** What a run that was broken off had recorded of the step, where this is entered again. */
  readonly past?: Past | undefined;
  /** Leaf steps inside take no slot. */
  readonly slotless?: boolean;
  /** Nor anything of the pools. */
  readonly poolless?: boolean;
  /** The values of the copy of a forEach that this is around; those of the steps in it are not told again. */
  readonly item?: Values;
}

/** A step directly in a scope that only waits. */
export interface Held {
  readonly path: string;
  /** Opens its scope, where it then waits. */
  enter(): void;
  /** Told once: nothing new starts here. */
  closed(): void;
}

const NO_TICKS: readonly number[] = [];

/**
 * One place in the tree. A scope is told two things, each at most once, and the first reason wins: that it is *closed*
 * (nothing new may start: no process, request, retry or tick) and that it is *cancelled* (what runs must stop).
 * Cancelling closes.
 */
export class Scope implements Stop {
  readonly path: string;
  readonly tick: number | undefined;
  readonly ticks: readonly number[];
  /** As those see them that start now: what a step in here saves is put over them. */
  variables: Variables;
  readonly past: Past | undefined;
  readonly slotless: boolean;
  readonly poolless: boolean;
  readonly item: Values | undefined;
  /** Hears what is printed in here, where a line of it is waited for. */
  hears: ((bytes: Uint8Array, stream: 'out' | 'err') => void) | undefined;
  closed: CancelReason | undefined;
  cancelled: CancelReason | undefined;
  readonly #parent: Scope | undefined;
  readonly #link: Link;
  /** The nearest scope, this one or further out, that is told to stop in its turn. */
  readonly #background: Scope | undefined;
  #children: Set<Scope> | undefined;
  #whenClosed: Set<() => void> | undefined;
  #whenCancelled: Set<() => void> | undefined;
  #whenEmpty: (() => void) | undefined;
  #held: Set<Held> | undefined;

  constructor(
    parent: Scope | undefined,
    options: ScopeOptions & { readonly path: string; readonly variables: Variables },
  ) {
    this.#parent = parent;
    this.#link = options.link ?? 'attached';
    this.#background = this.#link === 'background' ? this : undefined;
    if (this.#link === 'attached' && parent !== undefined) this.#background = parent.#background;
    this.path = options.path;
    this.tick = options.tick;
    this.ticks = options.ticks ?? NO_TICKS;
    this.variables = options.variables;
    this.past = options.past;
    this.slotless = options.slotless ?? false;
    this.poolless = options.poolless ?? false;
    this.item = options.item;
    if (parent === undefined) return;
    parent.#children ??= new Set();
    parent.#children.add(this);
    if (this.#link === 'shielded') return;
    this.hears = parent.hears;
    this.closed = parent.closed;
    if (this.#link === 'attached') this.cancelled = parent.cancelled;
  }

  /** Opens a scope below `parent` that takes over from it what the options do not say. */
  static below(parent: Scope, options: ScopeOptions): Scope {
    return new Scope(parent, {
      path: parent.path,
      variables: parent.variables,
      past: parent.past,
      slotless: parent.slotless,
      poolless: parent.poolless,
      ...(parent.tick === undefined ? {} : { tick: parent.tick }),
      ticks: options.tick === undefined ? parent.ticks : [...parent.ticks, options.tick],
      ...options,
    });
  }

  /** Nothing new starts in here any more; what runs goes on. */
  close(reason: CancelReason): void {
    if (this.closed !== undefined) return;
    this.closed = reason;
    wakeAll(this.#whenClosed);
    for (const held of this.#held ?? []) held.closed();
    if (this.#children === undefined) return;
    for (const child of this.#children) if (child.#link !== 'shielded') child.close(reason);
  }

  /** Tells everything in here to stop. */
  cancel(reason: CancelReason): void {
    this.close(reason);
    if (this.cancelled !== undefined) return;
    this.cancelled = reason;
    wakeAll(this.#whenCancelled);
    if (this.#children === undefined) return;
    for (const child of this.#children) if (child.#link === 'attached') child.cancel(reason);
  }

  /** Cancels everything below, background and shielded scopes too. */
  cancelAll(reason: CancelReason): void {
    this.cancel(reason);
    if (this.#children !== undefined) for (const child of this.#children) child.cancelAll(reason);
  }

  /** The outermost scope of the step at this path, if it runs. */
  find(path: string): Scope | undefined {
    if (this.path === path) return this;
    for (const held of this.#held ?? []) {
      if (held.path !== path) continue;
      held.enter();
      break;
    }
    for (const child of this.#children ?? []) {
      const found = isAtOrBelow(path, child.path) ? child.find(path) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The paths of all that runs below, each once, from the outermost inwards. */
  paths(found = new Set<string>()): Set<string> {
    for (const child of this.#children ?? []) child.paths(found.add(child.path));
    for (const { path } of this.#held ?? []) found.add(path);
    return found;
  }

  /**
   * Resolves at once, but for what lies in a background step whose group has closed it and has not yet come to stop it: when
   * its turn has come.
   */
  async turn(): Promise<void> {
    const background = this.#background;
    if (background?.closed === undefined || background.cancelled !== undefined) return;
    await new Promise<void>(resolve => background.whenCancelled(resolve));
  }

  /** Calls `wake` once when the scope closes, at once if it is closed. Returns how to forget it. */
  whenClosed(wake: () => void): () => void {
    this.#whenClosed ??= new Set();
    return waking(this.#whenClosed, this.closed, wake);
  }

  /** The same for when it is cancelled. */
  whenCancelled(wake: () => void): () => void {
    this.#whenCancelled ??= new Set();
    return waking(this.#whenCancelled, this.cancelled, wake);
  }

  /** Keeps a step that only waits, and has no scope of its own until it enters; it is told at once where this is closed. */
  hold(held: Held): void {
    this.#held ??= new Set();
    this.#held.add(held);
    if (this.closed !== undefined) held.closed();
  }

  /** The step enters. */
  release(held: Held): void {
    this.#held?.delete(held);
  }

  /** Resolves when no scope below is left. */
  async empty(): Promise<void> {
    if (this.#children === undefined || this.#children.size === 0) return;
    await new Promise<void>(resolve => {
      this.#whenEmpty = resolve;
    });
  }

  /** Takes the scope out of the tree. Throws when something below it has not ended, which is a bug. */
  end(): void {
    if ((this.#children?.size ?? 0) + (this.#held?.size ?? 0) > 0) {
      throw new Error(`the scope of "${this.path}" ended before what runs in it`);
    }
    const parent = this.#parent;
    if (parent === undefined || parent.#children === undefined) return;
    parent.#children.delete(this);
    if (parent.#children.size === 0) parent.#whenEmpty?.();
  }
}

/**
 * Opens a scope below `parent`, runs `body` in it, and closes it when the body has ended: nothing of it is left then.
 * A body that throws, which is a bug, has its children cancelled and awaited before the error goes on.
 */
export async function withScope<T>(
  parent: Scope,
  options: ScopeOptions,
  body: (scope: Scope) => Promise<T>,
): Promise<T> {
  const scope = Scope.below(parent, options);
  try {
    return await body(scope);
  } catch (error) {
    scope.cancelAll({ type: 'internal', message: String(error) });
    await scope.empty();
    throw error;
  } finally {
    scope.end();
  }
}

/** Resolves as the promise does, or with nothing once the scope closes. */
export function unlessClosed<T>(scope: Scope, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const forget = scope.whenClosed(() => resolve(undefined));
    promise.then(resolve, reject).finally(forget);
  });
}

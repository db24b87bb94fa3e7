/** `every`: ticks by a timetable, so that lateness never adds up. */

import type { Failed, Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { cronTimes } from '../plan/cron.ts';
import type { Every } from '../plan/plan.ts';
import { attempts } from './attempts.ts';
import { type Ending, type RunContext, type Running, savedFacts } from './context.ts';
import { sleepUntil } from './deadline.ts';
import { firstTick } from './first-tick.ts';
import { type Scope, withScope } from './scope.ts';
import { restored, takenOver } from './takeover.ts';
import { Ticks } from './ticks.ts';
import { LOOK_MS, openTimetable, shareOf, type Timetable } from './timetable.ts';
import { UnsetVariable, type Variables } from './variables.ts';

/** Where two times are the same, sums and differences of them may still differ by less. */
const ROUNDING_MS = 0.001;
/** A tick that is later than this was slept through. */
const LATE_MS = 60_000;

/**
 * Runs the step once, or tick by tick. Ticks that come due while one runs are treated as `overlap` says, those that were
 * slept through as `catchUp` says; the ones left out are counted in `ticks.missed`. It ends as {@link Ticks} tells; when its
 * scope closes it is cancelled. In a run that is resumed, ticks go on from the one that was broken off.
 */
export function periodic(run: RunContext, running: Running, scope: Scope): Ending | Promise<Ending> {
  const written = running.step.every;
  if (written === undefined) return attempts(run, running, scope);
  const every = finalEvery(written, scope.variables);
  if ('state' in every) return { outcome: every };
  const { past } = scope;
  const first = firstTick(running.step, every, past);
  if (first.type === 'over') return takenOver(run, running, past, { outcome: first.outcome, saved: past?.tickSaved });
  const ticks = new Ticks(every, { ...first, saved: restored(past?.tickSaved) });
  return new Periodic(run, running, scope, every, ticks).run(first.tick, first.past);
}

/** With every `${NAME}` replaced, or why that is no timetable. */
function finalEvery(every: Every, variables: Variables): Every | Failed {
  if (!('cron' in every)) return every;
  try {
    const cron = variables.expand(every.cron);
    const timezone = every.timezone === undefined ? undefined : variables.expand(every.timezone);
    const times = cronTimes(cron, timezone);
    if ('wrong' in times) return failed(`every: "${cron}": ${times.message}`);
    return { ...every, cron, ...(timezone === undefined ? {} : { timezone }) };
  } catch (error) {
    if (!(error instanceof UnsetVariable)) throw error;
    return failed(`every: ${error.message}`);
  }
}

function failed(message: string): Failed {
  return { state: 'failed', reason: { type: 'start', message } };
}

/** A step that ticks. */
class Periodic {
  readonly #run: RunContext;
  readonly #running: Running;
  readonly #scope: Scope;
  readonly #every: Every;
  readonly #ticks: Ticks;
  readonly #table: Timetable;
  readonly #endsAt: number;

  constructor(run: RunContext, running: Running, scope: Scope, every: Every, ticks: Ticks) {
    this.#run = run;
    this.#running = running;
    this.#scope = scope;
    this.#every = every;
    this.#ticks = ticks;
    const startedAt = run.clock.now();
    this.#table = openTimetable(every, run.clock, { startedAt, share: shareOf(run.host, running.path) });
    this.#endsAt = startedAt + (every.forMs ?? Number.POSITIVE_INFINITY);
  }

  async run(firstTick: number, firstPast: Past | undefined): Promise<Ending> {
    let tick = firstTick;
    let past = firstPast;
    let due = this.#table.first;
    for (;;) {
      const arrival = await this.#await(tick, due);
      if (arrival.type === 'closed') return this.#cancelled();
      if (arrival.type === 'over') return this.#ended(this.#ticks.usedUp());
      tick = arrival.tick;
      const { ending, isOverrun } = await this.#tick(tick, arrival.due, past);
      past = undefined;
      const outcome = this.#ticks.end(ending, isOverrun);
      // What failed in a tick that is not the last is history.
      if (outcome === undefined || (outcome.state === 'succeeded' && this.#every.until === 'failure')) {
        this.#run.retried(this.#running.path);
      }
      if (outcome !== undefined) return { ...ending, ...this.#ended(outcome) };
      if (this.#scope.closed !== undefined) return this.#cancelled();
      this.#running.slot?.();
      const next = this.#following(arrival.due);
      this.#missed(next.left);
      tick += next.left + 1;
      due = next.due;
    }
  }

  /** Which tick comes after the one due then, which has ended, and how many before it are left out. */
  #following(due: number): { readonly due: number | undefined; readonly left: number } {
    const now = this.#table.now();
    const next = this.#table.after(due, now);
    const { overlap } = this.#every;
    // Where one stops another, the last to do so starts; at this very moment, too.
    const isDueNow = overlap === 'cancel' && next.due !== undefined && this.#startOf(next.due) <= now;
    if (overlap === 'skip' || next.last === undefined || isDueNow) return { due: next.due, left: next.passed };
    return { due: next.last, left: next.passed - 1 };
  }

  /** When the tick that is due then starts, on the timetable's axis. */
  #startOf(due: number): number {
    return due + this.#table.delay(due);
  }

  /** Whether a tick that starts so much later would do so when the time of all is over. */
  #isTooLate(inMs: number): boolean {
    return this.#run.clock.now() + inMs >= this.#endsAt - ROUNDING_MS;
  }

  /** Waits for the tick; of several that were slept through, one is started, or none. */
  async #await(
    tick: number,
    due: number | undefined,
  ): Promise<{ type: 'tick'; tick: number; due: number } | { type: 'closed' } | { type: 'over' }> {
    let number = tick;
    for (let next = due; next !== undefined; ) {
      const startsAt = this.#startOf(next);
      const inMs = startsAt - this.#table.now();
      if (this.#isTooLate(inMs)) break;
      if (inMs > 0 || number > 1) this.#tellWaiting(number, inMs);
      if (inMs > 0 && !(await this.#table.wait(startsAt, this.#scope))) return { type: 'closed' };
      const now = this.#table.now();
      const later = this.#table.after(next, now);
      const latest = later.last ?? next;
      this.#missed(later.passed);
      number += later.passed;
      if (this.#every.catchUp !== 'none' || now - this.#startOf(latest) <= LATE_MS) {
        return { type: 'tick', tick: number, due: latest };
      }
      this.#missed(1);
      number += 1;
      next = later.due;
    }
    return (await this.#lastUntilTheEnd()) ? { type: 'over' } : { type: 'closed' };
  }

  /** What has a time of its own lasts as long; a timetable without a further tick is over at once. */
  async #lastUntilTheEnd(): Promise<boolean> {
    if (this.#endsAt === Number.POSITIVE_INFINITY) return true;
    const { clock } = this.#run;
    return sleepUntil(clock, this.#endsAt, this.#scope);
  }

  /** Runs one tick; with `overlap: cancel` no longer than until the next one starts, if one does. */
  async #tick(tick: number, due: number, past: Past | undefined): Promise<{ ending: Ending; isOverrun: boolean }> {
    const { path } = this.#running;
    this.#ticks.begin();
    let isOverrun = false;
    const ending = await withScope(this.#scope, { tick, past }, async scope => {
      const disarm = this.#atNext(due, () => {
        isOverrun = true;
        scope.cancel({ type: 'next-tick', step: path });
      });
      try {
        return await attempts(this.#run, this.#running, scope);
      } finally {
        disarm();
      }
    });
    const { outcome } = ending;
    this.#run.publish({
      type: 'tick.finished',
      step: path,
      t: this.#run.t(),
      tick,
      outcome,
      ...(outcome.state === 'succeeded' ? savedFacts(ending.saved) : {}),
    });
    return { ending, isOverrun: isOverrun && this.#scope.closed === undefined };
  }

  /** With `overlap: cancel`, calls `stop` when the tick after the one due then starts, if one does. Returns how to call it off. */
  #atNext(due: number, stop: () => void): () => void {
    const next = this.#every.overlap === 'cancel' ? this.#table.after(due, this.#table.now()).due : undefined;
    if (next === undefined || this.#ticks.areAllStarted) return () => {};
    const startsAt = this.#startOf(next);
    let disarm = () => {};
    const look = () => {
      const left = startsAt - this.#table.now();
      // Then none starts any more.
      if (this.#scope.closed !== undefined || this.#isTooLate(left)) return;
      if (left <= 0) stop();
      else disarm = this.#run.clock.at(this.#run.clock.now() + Math.min(left, LOOK_MS), look);
    };
    look();
    return () => disarm();
  }

  #tellWaiting(tick: number, inMs: number): void {
    const delayMs = Math.max(0, Math.round(inMs));
    this.#running.onBegun();
    this.#running.onReady();
    this.#run.publish({ type: 'tick.waiting', step: this.#running.path, t: this.#run.t(), tick, delayMs });
  }

  #missed(count: number): void {
    if (count > 0) this.#run.publish({ type: 'ticks.missed', step: this.#running.path, t: this.#run.t(), count });
  }

  #ended(outcome: Outcome): Ending {
    return { outcome, saved: this.#ticks.saved };
  }

  #cancelled(): Ending {
    if (this.#scope.closed === undefined) {
      throw new Error(`the scope of "${this.#scope.path}" woke a waiter without being closed`);
    }
    return this.#ended({ state: 'cancelled', reason: this.#scope.closed });
  }
}

/** `every`: ticks by a timetable, so that lateness never adds up. */

import type { Failed, Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { cronTimes } from '../plan/cron.ts';
import type { Every } from '../plan/plan.ts';
import { attempts } from './attempts.ts';
import { type Ending, type RunContext, type Running, savedFacts } from './context.ts';
import { sleepUntil } from './deadline.ts';
import { type Scope, withScope } from './scope.ts';
import { firstTick, restored, takenOver } from './takeover.ts';
import { Ticks } from './ticks.ts';
import { openTimetable, shareOf, type Timetable } from './timetable.ts';
import { UnsetVariable, type Variables } from './variables.ts';

/** A tick that is later than this was slept through. */
const LATE_MS = 60_000;

/**
 * Runs the step once, or tick by tick. Ticks that come due while one runs are treated as `overlap` says, those that were
 * slept through as `catchUp` says; the ones left out are counted in `ticks.missed`. It ends as {@link Ticks} tells; when its
 * scope closes it is cancelled. In a run that is resumed, ticks go on from the one that was broken off.
 */
export async function periodic(run: RunContext, running: Running, scope: Scope): Promise<Ending> {
  const written = running.step.every;
  if (written === undefined) return attempts(run, running, scope);
  const every = finalEvery(written, scope.variables);
  if ('state' in every) return { outcome: every };
  const first = firstTick(every, scope.past);
  if (first === undefined) return takenOver(run, running, scope.past?.tickOutcome, scope.past?.tickSaved);
  const ticks = new Ticks(every, first.started, restored(scope.past?.tickSaved));
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
    this.#table = openTimetable(every, run.clock, shareOf(run.host, running.path));
    this.#endsAt = run.clock.now() + (every.forMs ?? Number.POSITIVE_INFINITY);
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
      if (outcome !== undefined) return this.#ended(outcome);
      if (this.#scope.closed !== undefined) return this.#cancelled();
      this.#running.slot?.();
      const next = this.#table.after(arrival.due, this.#table.now());
      const isQueued = this.#every.overlap === 'queue' && next.last !== undefined;
      const left = isQueued ? next.passed - 1 : next.passed;
      this.#missed(left);
      tick += left + 1;
      due = isQueued ? next.last : next.due;
    }
  }

  /** Waits for the tick; of several that were slept through, one is started, or none. */
  async #await(
    tick: number,
    due: number | undefined,
  ): Promise<{ type: 'tick'; tick: number; due: number } | { type: 'closed' } | { type: 'over' }> {
    let number = tick;
    for (let next = due; next !== undefined; ) {
      const startsAt = next + this.#table.delay(next);
      const inMs = startsAt - this.#table.now();
      if (this.#run.clock.now() + inMs >= this.#endsAt) break;
      if (inMs > 0 || number > 1) this.#tellWaiting(number, inMs);
      if (inMs > 0 && !(await this.#table.wait(startsAt, this.#scope))) return { type: 'closed' };
      const now = this.#table.now();
      const later = this.#table.after(next, now);
      const latest = later.last ?? next;
      this.#missed(later.passed);
      number += later.passed;
      if (this.#every.catchUp !== 'none' || now - latest - this.#table.delay(latest) <= LATE_MS) {
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

  /** Runs one tick; with `overlap: cancel` no longer than until the next is due. */
  async #tick(tick: number, due: number, past: Past | undefined): Promise<{ ending: Ending; isOverrun: boolean }> {
    const { path } = this.#running;
    this.#ticks.begin();
    let isOverrun = false;
    const ending = await withScope(this.#scope, { tick, past }, async scope => {
      const next = this.#every.overlap === 'cancel' ? this.#table.after(due, this.#table.now()).due : undefined;
      if (next === undefined) return attempts(this.#run, this.#running, scope);
      let disarm = () => {};
      const look = () => {
        const left = next - this.#table.now();
        if (left <= 0) {
          isOverrun = true;
          scope.cancel({ type: 'next-tick', step: path });
        } else disarm = this.#run.clock.at(this.#run.clock.now() + Math.min(left, 30_000), look);
      };
      look();
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

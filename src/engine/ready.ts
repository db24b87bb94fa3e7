/** `ready`: an attempt of a background step is judged until it is ready, and fails when it is not in time. */
import type { CancelReason, Failed } from '../events/outcome.ts';
import type { Ready } from '../plan/plan.ts';
import type { Ending, Readiness, RunContext, Running } from './context.ts';
import { sleepUntil, withDeadline } from './deadline.ts';
import { builtInsOf } from './leaf.ts';
import { watchLines } from './line-watch.ts';
import { type FinalProbe, finalProbe } from './probes.ts';
import { type Scope, withScope } from './scope.ts';
import { Unexpandable } from './variables.ts';

/** Where the plan does not say: the first distance between two probes, each further one twice as long, and the longest. */
const FIRST_MS = 50;
const LONGEST_MS = 500;
/** What one probe may take, in milliseconds. */
const PROBE_MS = 10_000;
/** An answer that is waited for so long may never come. */
const HUNG_MS = 1000;

/**
 * Runs the body of an attempt and judges, from its start on, whether it is ready: that is told once, by `step.ready` and
 * `onReady`. When it is not in time, the scope of the attempt is cancelled with a `timeout` of the clock `ready`; a body that
 * ends well before has failed. Once the scope closes nothing more is asked. Probes are over when this resolves.
 */
export function withReadiness(
  run: RunContext,
  running: Running,
  scope: Scope,
  attempt: number,
  body: () => Promise<Ending>,
): Promise<Ending> {
  const { ready } = running.step;
  return ready === undefined ? body() : watched(run, running, { ready, scope, attempt }, body);
}

async function watched(
  run: RunContext,
  running: Running,
  { ready, scope, attempt }: Pick<Watched, 'ready' | 'scope' | 'attempt'>,
  body: () => Promise<Ending>,
): Promise<Ending> {
  const probe = prepared(run, running, ready, scope, attempt);
  if ('state' in probe) return { outcome: probe };
  return await withScope(scope, {}, async probing => {
    const watch = new Watch(run, running, { ready, probe, attempt, scope, probing });
    running.readiness = watch;
    // What it uses may be a step inside of it.
    if (probe.type === 'lines') scope.hears = (bytes, stream) => watch.heard(bytes, stream);
    const ending = await body();
    running.readiness = undefined;
    await watch.end();
    const { outcome } = ending;
    if (outcome.state !== 'succeeded' || watch.isReady || scope.closed !== undefined) return ending;
    return { outcome: { ...outcome, state: 'failed', reason: { type: 'not-ready' } } };
  });
}

function prepared(
  run: RunContext,
  running: Running,
  { probe }: Ready,
  scope: Scope,
  attempt: number,
): FinalProbe | Failed {
  const builtIns = builtInsOf({ path: running.path, attempt, tick: scope.tick }, run.builtIns);
  try {
    return finalProbe(run, running, probe, scope.variables.with(builtIns, { type: 'runjobs' }), attempt);
  } catch (error) {
    if (!(error instanceof Unexpandable)) throw error;
    return { state: 'failed', reason: { type: 'start', message: `ready: ${error.message}` } };
  }
}

interface Watched {
  readonly ready: Ready;
  readonly probe: FinalProbe;
  readonly attempt: number;
  /** Of the attempt. */
  readonly scope: Scope;
  /** Of its probes. */
  readonly probing: Scope;
}

/** One attempt under watch. */
class Watch implements Readiness {
  isReady = false;
  readonly #run: RunContext;
  readonly #running: Running;
  readonly #watched: Watched;
  readonly #lines = new Map<'out' | 'err', (bytes: Uint8Array) => void>();
  #startedAt: number | undefined;
  /** A line was the one. */
  #isSeen = false;
  /** Why it is not ready, as far as is known. */
  #said = 'it has not answered yet';
  /** Since when an answer is waited for. */
  #askedAt: number | undefined;
  #disarm = () => {};
  #polling: Promise<void> | undefined;

  constructor(run: RunContext, running: Running, watched: Watched) {
    this.#run = run;
    this.#running = running;
    this.#watched = watched;
    const { probing, probe } = watched;
    if (probe.type === 'lines') this.#said = probe.words;
    probing.whenClosed(() => {
      this.#disarm();
      if (probing.closed !== undefined) probing.cancel(probing.closed);
    });
  }

  started(): void {
    const { clock } = this.#run;
    const { ready, probe, scope, probing } = this.#watched;
    if (probing.closed !== undefined) return;
    this.#startedAt = clock.now();
    this.#disarm = clock.at(this.#startedAt + ready.timeoutMs, () => scope.cancel(this.#outOfTime()));
    if (probe.type === 'lines') {
      if (this.#isSeen) this.#settle();
      return;
    }
    this.#polling = this.#poll(this.#startedAt, probe.ask);
    // What rejects is a bug, and told at the end of the attempt.
    this.#polling.catch(error => scope.cancel({ type: 'internal', message: String(error) }));
  }

  /** It has printed something; the bytes are not kept. */
  heard(bytes: Uint8Array, stream: 'out' | 'err'): void {
    const { probe } = this.#watched;
    if (probe.type !== 'lines' || this.#isSeen) return;
    let watch = this.#lines.get(stream);
    if (watch === undefined) {
      watch = watchLines(line => {
        if (this.#isSeen || !probe.isReady(line)) return;
        this.#isSeen = true;
        this.#settle();
      });
      this.#lines.set(stream, watch);
    }
    watch(bytes);
  }

  /** The attempt has ended: resolves when nothing is asked any more. */
  async end(): Promise<void> {
    const { probing } = this.#watched;
    probing.cancel({ type: 'group-ended', step: probing.path });
    await this.#polling;
  }

  /** Asks at once, then again and again, each time for no longer than there is time. */
  async #poll(startedAt: number, ask: (scope: Scope) => Promise<string | undefined>): Promise<void> {
    const { clock } = this.#run;
    const { ready, probing } = this.#watched;
    const endsAt = startedAt + ready.timeoutMs;
    let everyMs = ready.everyMs ?? FIRST_MS;
    for (let due = startedAt; ; due = Math.max(due + everyMs, clock.now())) {
      if (due > startedAt && ready.everyMs === undefined) everyMs = Math.min(everyMs * 2, LONGEST_MS);
      if (due > startedAt && !(await sleepUntil(clock, due, probing))) return;
      this.#askedAt = clock.now();
      const limitMs = Math.min(PROBE_MS, endsAt - this.#askedAt);
      const answer = await withScope(probing, {}, asked =>
        withDeadline(clock, asked, limitMs, async () => {
          const words = await ask(asked);
          return asked.cancelled === undefined ? words : noAnswer(limitMs);
        }),
      );
      this.#askedAt = undefined;
      if (probing.closed !== undefined) return;
      if (answer === undefined) return this.#settle();
      this.#said = answer;
    }
  }

  /** It is ready: told once, and not once it is to end. */
  #settle(): void {
    const { attempt, scope, probing } = this.#watched;
    if (this.#startedAt === undefined || probing.closed !== undefined) return;
    this.#disarm();
    this.isReady = true;
    this.#running.readyAt = this.#run.clock.now();
    this.#run.publish({
      type: 'step.ready',
      step: this.#running.path,
      t: this.#run.t(),
      ...(scope.tick === undefined ? {} : { tick: scope.tick }),
      attempt,
      durationMs: Math.round(this.#running.readyAt - this.#startedAt),
    });
    this.#running.onReady();
  }

  #outOfTime(): CancelReason {
    const { path } = this.#running;
    const limitMs = this.#watched.ready.timeoutMs;
    const now = this.#run.clock.now();
    const waitedMs = now - (this.#askedAt ?? now);
    // An earlier answer says little where the last one does not come.
    const probe = waitedMs < HUNG_MS ? this.#said : noAnswer(waitedMs);
    return { type: 'timeout', step: path, limitMs, clock: 'ready', probe };
  }
}

function noAnswer(ms: number): string {
  return `no answer within ${Math.round(ms / 100) / 10} s`;
}

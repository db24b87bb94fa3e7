/** Tells others that a run starts and how it ends: by requests that never change how it ends, in a short time. */
import { counts } from '../events/outcome.ts';
import type { Ping, PingMoment } from '../plan/notify.ts';
import type { HttpStep } from '../plan/plan.ts';
import type { Clock } from './clock.ts';
import type { ExecuteContext, Executor } from './executor.ts';
import { finalRequest } from './final-http.ts';
import { bodyOf, type EndFacts, type RunNames } from './notify-report.ts';
import { type Stop, StopSource } from './stop.ts';
import { Unexpandable, type Variables } from './variables.ts';

/** All that is told of the end, further attempts included, takes no longer. */
const BUDGET_MS = 10_000;
/** At the end, what is still to be told of the start has so long. */
const START_LEFT_MS = 3000;
const ATTEMPT_MS = 5000;
const PAUSE_MS = 500;
/** A server that asks for more is not told. */
const LONGEST_PAUSE_MS = 5000;
const ATTEMPTS = 2;

export interface Notifier {
  /** Tells that the run starts; returns at once. */
  started(): void;
  /** Tells how it has ended; resolves when that was told, or was given up. Never rejects. */
  ended(facts: EndFacts): Promise<void>;
}

export interface NotifierOptions {
  readonly pings: readonly Ping[];
  readonly names: RunNames;
  readonly executor: Executor;
  readonly clock: Clock;
  /** What `${NAME}` means. */
  readonly variables: Variables;
  /** The last lines that a step has printed. */
  readonly tailOf: (step: string) => readonly string[];
  /** Takes out what must not be told. */
  readonly masked: (text: string) => string;
  readonly warn: (message: string) => void;
  /** See {@link ExecuteContext.committed}. */
  readonly committed: ExecuteContext['committed'];
}

/** Opens what tells of one run; nothing is told before {@link Notifier.started}. */
export function openNotifier(options: NotifierOptions): Notifier {
  const { pings, clock } = options;
  const giveUp = new StopSource();
  let starting: Promise<unknown> = Promise.resolve();
  const tell = (on: PingMoment, facts: EndFacts | undefined, stop: Stop) =>
    Promise.all(pings.filter(ping => ping.on === on).map(ping => send(ping, facts, stop, options)));
  return {
    started() {
      starting = within(clock, BUDGET_MS, giveUp, () => tell('start', undefined, giveUp));
    },
    async ended(facts) {
      const dueAt = clock.now() + BUDGET_MS;
      const disarm = clock.at(clock.now() + START_LEFT_MS, () => giveUp.cancel(TOO_LATE));
      // A start that comes in after the end would make it look as if the run went on.
      await starting;
      disarm();
      const on = facts.exitCode === 0 ? 'success' : 'failure';
      const inTime = new StopSource();
      await within(clock, dueAt - clock.now(), inTime, () => tell(on, facts, inTime));
    },
  };
}

const TOO_LATE = { type: 'timeout', step: '.', limitMs: BUDGET_MS } as const;

/** Gives the stop after that time, if it is not done by then. */
async function within<Result>(
  clock: Clock,
  ms: number,
  stop: StopSource,
  body: () => Promise<Result>,
): Promise<Result> {
  const disarm = clock.at(clock.now() + ms, () => stop.cancel(TOO_LATE));
  try {
    return await body();
  } finally {
    disarm();
  }
}

async function send(ping: Ping, facts: EndFacts | undefined, stop: Stop, options: NotifierOptions): Promise<void> {
  const { clock, warn } = options;
  try {
    const variables = options.variables.with(facts === undefined ? {} : ofEnd(facts), { type: 'runjobs' });
    if (variables.expand(ping.address).trim() === '') return;
    const step = stepOf(ping, facts, variables, options);
    if (!isAddress(step.url)) {
      warn(`${ping.key} (${ping.on}) was not told: ${NO_ADDRESS}`);
      return;
    }
    const env = variables.environment();
    let trouble: Trouble = { words: 'no answer in time' };
    for (let attempt = 1; attempt <= ATTEMPTS && stop.cancelled === undefined; attempt += 1) {
      const { waitMs = PAUSE_MS } = trouble;
      if (waitMs > LONGEST_PAUSE_MS) break;
      if (attempt > 1) await pause(clock, stop, waitMs);
      if (stop.cancelled !== undefined) break;
      const found = await ask(step, { env, attempt }, stop, options);
      if (found === undefined) return;
      trouble = found;
    }
    warn(`${ping.key} (${ping.on}) was not told: ${unaddressed(trouble.words, step.url)}`);
  } catch (error) {
    const why = error instanceof Unexpandable ? error.message : `a bug in runjobs: ${String(error)}`;
    warn(`${ping.key} (${ping.on}) was not told: ${why}`);
  }
}

/** Why somebody was not told. */
interface Trouble {
  readonly words: string;
  /** What the server asks to wait before it is tried again. */
  readonly waitMs?: number;
}

/** One attempt: nothing where it was told, else why not. */
async function ask(
  step: HttpStep,
  { env, attempt }: Pick<ExecuteContext, 'env' | 'attempt'>,
  outer: Stop,
  { executor, clock, committed }: NotifierOptions,
): Promise<Trouble | undefined> {
  const stop = new StopSource();
  const forget = outer.whenCancelled(() => stop.cancel(TOO_LATE));
  try {
    const outcome = await within(clock, ATTEMPT_MS, stop, () =>
      executor.execute(step, {
        path: step.id,
        attempt,
        ticks: [],
        stop,
        // Killing the run does not end what tells of it.
        kill: new StopSource(),
        env,
        commit() {},
        committed,
        started() {},
        write: () => undefined,
        received() {},
        stopping() {},
        warn() {},
        save() {},
      }),
    );
    if (outcome.state === 'succeeded') return undefined;
    if (outcome.state !== 'failed' || !('message' in outcome.reason)) return { words: 'no answer in time' };
    const { reason, retryAfterMs = 0 } = outcome;
    return { words: reason.message, waitMs: Math.max(PAUSE_MS, retryAfterMs) };
  } finally {
    forget();
  }
}

function pause(clock: Clock, stop: Stop, ms: number): Promise<void> {
  return new Promise(done => {
    const end = () => {
      disarm();
      forget();
      done();
    };
    const disarm = clock.at(clock.now() + ms, end);
    const forget = stop.whenCancelled(end);
  });
}

/** @throws {Unexpandable} when a name has no value, or one that cannot stand where it should. */
function stepOf(
  ping: Ping,
  facts: EndFacts | undefined,
  variables: Variables,
  { names, tailOf, masked }: NotifierOptions,
): HttpStep {
  const { request, report } = ping;
  const final = finalRequest(request, variables);
  const body = report === undefined ? undefined : bodyOf(report, { names, facts, tailOf, masked });
  return {
    type: 'http',
    // A key that it has is its own.
    id: `${ping.key} (${ping.on})`,
    env: {},
    background: false,
    allowFailure: false,
    ...request,
    ...final,
    ...(body === undefined ? {} : { body }),
  };
}

function ofEnd({ outcome, exitCode, failures }: EndFacts): Readonly<Record<string, string>> {
  return {
    RUNJOBS_OUTCOME: outcome.state,
    RUNJOBS_EXIT_CODE: String(exitCode),
    RUNJOBS_FAILED_STEP: failures.find(failure => counts(failure.outcome))?.step ?? '',
  };
}

const NO_ADDRESS =
  'with its variables in it, its address is no URL such as "https://example.org/health"; an empty one tells nobody';

function isAddress(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

/** The address of a ping is often a secret of its own: only its host is told. */
function unaddressed(message: string, url: string): string {
  const { href, origin, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  if (path.length === 1) return message;
  const hidden = message.replaceAll(url, `${origin}/…`).replaceAll(href, `${origin}/…`);
  // A host may begin as the path does.
  return hidden.replaceAll(path, (found, at: number) => (hidden[at - 1] === '/' ? found : '/…'));
}

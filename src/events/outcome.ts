/** How a step ended: exactly one of four states, with the reason where it is not success. */
import type { LeftOut } from '../plan/plan.ts';

/** Every signal by which a person or a system ends a run. */
export type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

export type Outcome = Succeeded | Failed | Cancelled | Skipped;

export interface Succeeded {
  readonly state: 'succeeded';
  /** Of a command. */
  readonly exitCode?: number;
  /** Of an HTTP response. */
  readonly status?: number;
}

export interface Failed {
  readonly state: 'failed';
  readonly reason: Failure;
  /** Of a command that ended by itself; of a group, that of its first failure. */
  readonly exitCode?: number;
  /** The signal that ended the command; of a group, that of its first failure. */
  readonly signal?: string;
  /** Of an HTTP response. */
  readonly status?: number;
  /** How long the server asks to wait before the next attempt. */
  readonly retryAfterMs?: number;
  /** The step has `allowFailure`: reported, but it cancels nobody and does not count. */
  readonly allowed?: true;
  /** Why it is, where a group around it has ended well all the same. No event tells that: it is known once the group ends. */
  readonly forgiven?: Forgiven;
}

/** A group had room for it in its `tolerate`; another child of the same `any` was the first to succeed. */
export type Forgiven = 'tolerated' | 'lost';

/** How a failure counts that is none: `allowed` where there is no more to say. */
export type Forgiveness = 'allowed' | Forgiven;

/** Had started and was stopped by others. */
export interface Cancelled {
  readonly state: 'cancelled';
  readonly reason: CancelReason;
  readonly exitCode?: number;
  readonly signal?: string;
}

/** Never started. */
export interface Skipped {
  readonly state: 'skipped';
  readonly reason: SkipReason;
}

export type Failure =
  /** The command's exit code is not among the good ones; `list`: it was to print that list of a forEach. */
  | { readonly type: 'exit'; readonly list?: string }
  /** A signal ended the command; `list` as above. */
  | { readonly type: 'signal'; readonly list?: string }
  /** The step's own clock ran out: that of one attempt where no other is named. */
  | { readonly type: 'timeout'; readonly limitMs: number; readonly clock?: OtherClock; readonly probe?: string }
  /** It ended well before it was ready. */
  | { readonly type: 'not-ready' }
  /** It could not be started: no such command, no such folder, a variable without a value. */
  | { readonly type: 'start'; readonly message: string }
  /** The request failed, or the response is not the expected one. */
  | {
      readonly type: 'http';
      readonly kind?: HttpTrouble;
      readonly message: string;
      /** How the body of an answer begins that is not the expected one. */
      readonly body?: string;
    }
  /** It ended well, but what `save` or `saveTo` asks for cannot be kept. */
  | { readonly type: 'save'; readonly message: string }
  /** The worker that had it is gone, and nobody knows whether it was carried out. */
  | { readonly type: 'lost'; readonly message: string }
  /** Somebody stopped it by hand: `runjobs stop`. */
  | { readonly type: 'stopped-by-user' }
  /** A child failed; `step` is the path of the first one. */
  | { readonly type: 'child'; readonly step: string }
  /** The body was good but `step` of its `finally` failed, or the block's own time, `limitMs`, ran out. */
  | { readonly type: 'finally'; readonly step: string; readonly limitMs?: number }
  /** The ticks were used up before one ended as `until` asks for. */
  | { readonly type: 'until'; readonly until: 'success' | 'failure' }
  /** A bug in runjobs; `stack` says where. */
  | { readonly type: 'internal'; readonly message: string; readonly stack?: string };

/** What is wrong with a request, from its words to the answer. */
export type HttpTrouble =
  /** It cannot be sent as it is written. */
  | 'request'
  /** No such host is known. */
  | 'dns'
  /** Nothing listens. */
  | 'refused'
  /** No route leads there. */
  | 'unreachable'
  /** The connection was not accepted in time. */
  | 'connect-timeout'
  /** Certificates, or no TLS at all. */
  | 'tls'
  /** The proxy does not let it through. */
  | 'proxy'
  /** The connection was reset, */
  | 'reset'
  /** or closed, before all of the answer was there. */
  | 'closed'
  /** The answer is no HTTP. */
  | 'protocol'
  /** The body is not packed as it says. */
  | 'encoding'
  /** The body is longer than it may be. */
  | 'size'
  /** Redirects lead too far. */
  | 'redirects'
  /** Another status than the expected one. */
  | 'status'
  /** Something else of the answer is not as expected. */
  | 'answer'
  | 'other';

/**
 * Clocks besides that of an attempt: all attempts and waits together, a time without output, a wait for a slot, the time
 * until it must be ready (`probe` is what was said last of why it was not).
 */
export type OtherClock = 'total' | 'quiet' | 'queue' | 'worker' | 'ready';

/** Why something was told to stop. The first reason wins. */
export type CancelReason =
  | { readonly type: 'interrupted'; readonly signal: InterruptSignal }
  /** The caller of the library aborted the run. */
  | { readonly type: 'aborted' }
  /** The clock of `step`, this one or one above it, ran out. */
  | {
      readonly type: 'timeout';
      readonly step: string;
      readonly limitMs: number;
      readonly clock?: OtherClock;
      readonly probe?: string;
    }
  | { readonly type: 'sibling-failed'; readonly step: string }
  /** Somebody stopped `step`, this one or one above it, by hand. */
  | { readonly type: 'stopped-by-user'; readonly step: string }
  /** Another child of the same `any`, `step`, was the first to succeed. */
  | { readonly type: 'lost'; readonly step: string }
  /** The next tick of `step`, this one or one above it, was due. */
  | { readonly type: 'next-tick'; readonly step: string }
  /** A background step whose group, `step`, has ended well. */
  | { readonly type: 'group-ended'; readonly step: string }
  /** A log or the journal could not be written: nothing may go on unrecorded. */
  | { readonly type: 'unwritable'; readonly message: string }
  /** A bug in runjobs. */
  | { readonly type: 'internal'; readonly message: string };

export type SkipReason =
  | CancelReason
  /** The command line left it out of this run. */
  | { readonly type: 'left-out'; readonly by: LeftOut }
  /** Its `if` says no: the test's exit code, or the variable that has another value. */
  | { readonly type: 'if'; readonly exitCode: number }
  | { readonly type: 'if'; readonly name: string }
  /** What it uses has a lock that another holds, and says that there is nothing to do then; who holds it, in words. */
  | { readonly type: 'locked'; readonly message: string }
  /** An earlier step of the same sequence failed. */
  | { readonly type: 'earlier-failed'; readonly step: string }
  /** What it needs did not come: the sibling it needs, and from there the chain to the cause; `failed`: of the last one the failure was needed. */
  | { readonly type: 'need'; readonly steps: readonly string[]; readonly when?: 'failed' }
  /** The step whose `finally` this is never started. */
  | { readonly type: 'not-started'; readonly step: string };

/** Whether the outcome makes its group fail. */
export function counts(outcome: Outcome): outcome is Failed {
  return outcome.state === 'failed' && outcome.allowed !== true;
}

/** `retry` and `timeout`: what is tried again, and how long things may take. */
import { patternFault } from './pattern-fault.ts';

export interface Retry {
  /** Attempts after the first. */
  readonly times: number | 'forever';
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: 'none' | 'full';
  /** Only these failures are tried again; absent: all. */
  readonly on?: readonly RetryOn[];
}

export type RetryOn =
  /** The exit code; 128 plus its number of a signal. */
  | { readonly type: 'exit'; readonly code: number }
  /** It could not be started. */
  | { readonly type: 'start' }
  /** A clock of the step ran out. */
  | { readonly type: 'timeout' }
  /** The answer had this status, or one of the class. */
  | { readonly type: 'http'; readonly status: number | string }
  /** There was no whole answer. */
  | { readonly type: 'network' }
  /** The last 64 KiB of standard error match this regular expression, given by source and flags. */
  | { readonly type: 'stderr'; readonly source: string; readonly flags: string }
  /** The worker that had it is gone. */
  | { readonly type: 'lost' };

/** Clocks of a step besides that of one attempt, in milliseconds. */
export interface Limits {
  /** From the moment it may start to the end of its last attempt. */
  readonly totalMs?: number;
  /** Without any output. */
  readonly quietMs?: number;
  /** One wait for a slot. */
  readonly queueMs?: number;
}

const STDERR = /^stderr:\/(.+)\/([a-z]*)$/s;

/** Why `stderr:/pattern/` stands for no failure; undefined for anything else. */
export function retryOnFault(on: unknown): string | undefined {
  const [, source, flags = ''] = STDERR.exec(String(on)) ?? [];
  return source === undefined ? undefined : patternFault(source, flags);
}

/** Understands one element of `retry.on`; `undefined`: it means nothing. */
export function parseRetryOn(on: number | string): RetryOn | undefined {
  if (typeof on === 'number') return { type: 'exit', code: on };
  if (on === 'start' || on === 'timeout' || on === 'network' || on === 'lost') return { type: on };
  const status = /^http:(?:([1-5]\d\d)|([1-5]xx))$/.exec(on);
  if (status !== null) return { type: 'http', status: status[1] === undefined ? (status[2] ?? '') : Number(status[1]) };
  const [, source, flags = ''] = STDERR.exec(on) ?? [];
  return source === undefined || patternFault(source, flags) !== undefined
    ? undefined
    : { type: 'stderr', source, flags };
}

/** How a run ended, in one small file: so that a list of runs need not read their journals. */
import { closeSync, constants, lstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFacts } from '../events/facts.ts';
import { isSoundOutcome } from '../events/sound.ts';
import { uniqueDigits } from '../plan/unique.ts';
import { namesIn } from './known.ts';
import { RUN_FILES } from './runs.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

const VERSION = 1;

/** What `result.json` holds. */
export interface RunRecord extends RunFacts {
  readonly v: typeof VERSION;
  readonly outcome: NonNullable<RunFacts['outcome']>;
  readonly exitCode: number;
  /** What the run takes on disk. */
  readonly bytes: number;
}

/**
 * Writes how the run ended; facts of a run without an end are not written. Call it when its logs are closed. Whoever reads
 * meanwhile sees all of it or nothing, and nothing is left of one that cannot be written.
 * @throws the file system's error.
 */
export function writeResult(folder: string, facts: RunFacts | undefined): void {
  if (facts?.outcome === undefined || facts.exitCode === undefined) return;
  const result = { v: VERSION, ...facts, bytes: bytesIn(folder) };
  const scratch = join(folder, `.${RUN_FILES.result}-${uniqueDigits(8)}`);
  const file = openSync(scratch, O_CREAT | O_EXCL | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  try {
    try {
      writeFileSync(file, `${JSON.stringify(result)}\n`);
    } finally {
      closeSync(file);
    }
    renameSync(scratch, join(folder, RUN_FILES.result));
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  }
}

/** The run goes on: how it had ended is void. @throws the file system's error. */
export function voidResult(folder: string): void {
  rmSync(join(folder, RUN_FILES.result), { force: true });
}

/** How the run in this folder ended; undefined where that was not recorded, or is not to be read by this version. */
export function readResult(folder: string): RunRecord | undefined {
  try {
    const result = JSON.parse(readFileSync(join(folder, RUN_FILES.result), 'utf8'));
    return isResult(result) ? result : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of all files in a folder and below, links not followed. What cannot be read, or has gone, counts nothing. */
export function bytesIn(folder: string): number {
  let bytes = 0;
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    bytes += found?.isDirectory() ? bytesIn(path) : (found?.size ?? 0);
  }
  return bytes;
}

function isResult(value: unknown): value is RunRecord {
  const { v, run, name, plan, startedAt, durationMs, exitCode, outcome, counts, failures, warnings, bytes } =
    Object(value);
  return (
    v === VERSION &&
    [run, name, startedAt].every(text => typeof text === 'string') &&
    (plan === undefined || typeof plan === 'string') &&
    (warnings === undefined || Number.isFinite(warnings)) &&
    [durationMs, exitCode, bytes].every(Number.isFinite) &&
    isSoundOutcome(outcome) &&
    typeof counts === 'object' &&
    counts !== null &&
    Object.values(counts).every(Number.isFinite) &&
    Array.isArray(failures) &&
    failures.every(isFailure)
  );
}

function isFailure(value: unknown): boolean {
  const { step, outcome, durationMs, attempts } = Object(value);
  return typeof step === 'string' && isSoundOutcome(outcome) && [durationMs, attempts].every(Number.isFinite);
}

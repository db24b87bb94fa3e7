/** A regular expression of a plan meets texts of anybody: none of them holds a run for ever. */
import { getBuiltinModule } from 'node:process';
import { createContext, Script } from 'node:vm';

/** One text is tried for so long. Everything else waits meanwhile. */
const PATIENCE_MS = 10_000;

/** In words, of what was not found out in that time. */
export const UNDECIDED = `was not found out in ${PATIENCE_MS / 1000} s`;

/** Those of the expressions that an answer must match. */
export const EXPECT_FLAGS = 'um';

/** Has V8 go on in linear time where it has tried too often: of expressions without the flags u and v, and much that is rare. */
const LINEAR = 'enable-experimental-regexp-engine-on-excessive-backtracks';

/**
 * Whether a part of the text matches; undefined where that was not found out in time.
 * @param source and flags of an expression without a fault (`patternFault`).
 */
export function isMatch(source: string, flags: string, text: string, patienceMs = PATIENCE_MS): boolean | undefined {
  // Here alone: V8 takes nothing that was compiled under other flags, neither Node's own modules nor what bin/ keeps of ours.
  const { setFlagsFromString } = getBuiltinModule('node:v8');
  setFlagsFromString(`--${LINEAR}`);
  try {
    const regex = new RegExp(source, flags);
    return /[uv]/.test(flags) ? inTime(() => regex.test(text), patienceMs) : regex.test(text);
  } finally {
    setFlagsFromString(`--no-${LINEAR}`);
  }
}

/** Made once: a context takes a millisecond. */
let bounded: { readonly script: Script; readonly context: { work?: (() => boolean) | undefined } } | undefined;

function inTime(work: () => boolean, ms: number): boolean | undefined {
  bounded ??= { script: new Script('work()'), context: createContext({}) };
  bounded.context.work = work;
  try {
    return bounded.script.runInContext(bounded.context, { timeout: ms });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    // It holds the text, which may be large.
    bounded.context.work = undefined;
  }
}

/** What is told of a key that may not stand where it stands. */

import { BODIES } from './bodies.ts';
import { nothingFor } from './foreign-words.ts';
import { quoteText, shorten } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import { ACTION, isAction } from './reference.ts';
import { KEYS, keysAt } from './schema-keys.ts';
import type { Path } from './source.ts';
import { didYouMean, suggest } from './suggest.ts';

/** Keys that may stand in a definition as well as at the root. */
const OF_DEFINITIONS = KEYS.definition.filter(key => !KEYS.step.includes(key));

/** What other tools call the values that are given to what is used. */
const FOR_VALUES: ReadonlySet<string> = new Set(['with', 'set', 'vars', 'variables', 'params', 'parameters', 'args']);

/** What other tools call a sibling that is needed. */
const SIBLING: ReadonlySet<string> = new Set(['job', 'name', 'process', 'step', 'task']);

/**
 * What to do about it.
 * @param path that of the object, whose value it is.
 */
export function unknownKey(key: string, path: Path, object: unknown): string {
  if (typeof path.at(-1) === 'number' && isCommand(key)) return 'unknown key; put a command with ": " in it in quotes';
  const keys = keysAt(path);
  const known = keys.includes(key);
  // Only parts of a multipart body are one of several kinds of objects.
  if (known && key === 'name') return '"name" is what a file is called, and goes with "file"; take it out';
  if (known) return '"file" and "value" exclude each other; keep one of them';
  if (path.length === 2 && path[0] === 'define') {
    const ofUser = suggest(key, ['needs']) ?? (KEYS.step.includes(key) ? key : undefined);
    if (ofUser === 'needs') return NEEDS_OF_DEFINITION;
    if (ofUser !== undefined) return `${quoteText(key)} belongs to the step that uses the definition; move it there`;
  }
  const source = keys.includes('lines') && (KEYS.source.includes(key) ? key : suggest(key, KEYS.source));
  if (typeof source === 'string') return `unknown key; say what it holds, as in {"lines": {${quoteText(source)}: …}}`;
  const meant = meantByValue(key, path, object as Raw, keys) ?? didYouMean(key, keys);
  if (meant !== '') return `unknown key${meant}`;
  const inside = insideOf(key, path.at(-1)) ?? (keys.includes('gather') ? nothingFor(key) : undefined);
  if (inside !== undefined) return `unknown key; ${inside}`;
  if (!keys.includes('gather')) return `unknown key; expected ${keys.join(', ')}`;
  if (path.length > 0 && KEYS.root.includes(key)) return ofRoot(key, object);
  const step = path.length === 0 ? asStep(key, object as Raw) : undefined;
  return `unknown key; ${step === undefined ? '"runjobs schema" prints all keys' : `if it is a step, write ${step}`}`;
}

/** The step that a key of the root may be meant for, as in GitLab CI and the scripts of npm, where a plan says nothing else. */
function asStep(key: string, root: Raw): string | undefined {
  const value = root[key];
  if (!/^[A-Za-z][\w-]*$/.test(key) || BODIES.some(body => Object.hasOwn(root, body))) return undefined;
  const run = typeof value === 'string' ? `"run": ${quoteText(shorten(value, COMMAND_SHOWN))}` : '"run": …';
  const isStep = isRaw(value) || typeof value === 'string' || Array.isArray(value);
  return isStep ? `{"steps": [{"id": ${quoteText(key)}, ${run}}]}` : undefined;
}

const COMMAND_SHOWN = 60;

const NEEDS_OF_DEFINITION =
  '"needs" is of the step that uses the definition; let its own steps begin with what it needs, as in {"use": "#build"}';

const SCHEDULE_OR_EVERY =
  ', did you mean "schedule", of which "runjobs cron print" makes lines for cron, or "every", by which one run does it again and again?';

/** Where it belongs that stands inside of what it goes beside. */
function insideOf(key: string, outer: string | number | undefined): string | undefined {
  const ofStep = KEYS.step.includes(key) ? key : suggest(key, KEYS.step);
  if (outer === 'http' && ofStep !== undefined) return `${quoteText(ofStep)} stands on the step, beside "http"`;
  if (outer !== 'finally') return undefined;
  const outcome = suggest(key, ['succeeded', 'failed']);
  if (outcome !== undefined) return `it is a step of the list: {"if": {"RUNJOBS_OUTCOME": "${outcome}"}, "run": …}`;
  return ofStep === undefined ? undefined : `"finally" is a list of steps: [{${quoteText(ofStep)}: …}]`;
}

/** Where it depends on the value what another tool's word stands for. */
function meantByValue(key: string, path: Path, object: Raw, keys: readonly string[]): string | undefined {
  const value = object[key];
  if (FOR_VALUES.has(key) && keys.includes('use') && Object.hasOwn(object, 'use'))
    return '; what is used is given its values by env: write "env" in its place';
  if (key === 'cron' && keys.includes('schedule')) return SCHEDULE_OR_EVERY;
  if (key === 'uses' && isAction(value)) return `; ${ACTION}`;
  if (keys.includes('id') && keys.includes('when')) {
    if (isRaw(value)) return `; expected the id as a value: {"id": ${quoteText(key)}}`;
    if (SIBLING.has(key)) return ', did you mean "id"?';
  }
  if (isRaw(value) && typeof path.at(-1) === 'number' && suggest(key, keys) === undefined && isOnlyKey(object))
    return `; expected a step such as {"id": ${quoteText(key)}, "run": …}`;
  if (path.length > 0) return undefined;
  if (isRaw(value) && suggest(key, keys) === 'steps') return ', did you mean "define"?';
  return key === 'concurrency' && typeof value !== 'number' ? ', did you mean "lock"?' : undefined;
}

function isOnlyKey(object: Raw): boolean {
  return Object.keys(object).length === 1;
}

/** Of a step: a key that it has not, but the root. */
function ofRoot(key: string, step: unknown): string {
  if (key === 'inputs' && Object.hasOwn(step as object, 'use'))
    return '"inputs" is what a plan takes; the step that uses it gives the values by env: write "env" in its place';
  const place = OF_DEFINITIONS.includes(key)
    ? 'at the root of the plan or of a definition'
    : 'at the root of the plan only';
  return `${quoteText(key)} stands ${place}; move it there`;
}

/** Whether a key in a list of steps is the beginning of a command, which YAML takes for a key where it holds a ": ". */
export function isCommand(key: string): boolean {
  return /\s/.test(key.trim());
}

/** The options of the library, looked at before anything is done with them. */
import { quoteText } from './plan/quote.ts';
import { didYouMean } from './plan/suggest.ts';

interface Kind {
  /** What it must be, in words. */
  readonly is: string;
  fits(value: unknown): boolean;
  /** What each part of an object or a list must be. */
  readonly parts?: Kind;
  /** Nothing of it may be shown. */
  readonly isSecret?: true;
}

type Kinds = Readonly<Record<string, Kind>>;

const TEXT: Kind = { is: 'a text', fits: value => typeof value === 'string' };
const HIDDEN: Kind = { ...TEXT, isSecret: true };

const QUEUE: Kinds = {
  address: TEXT,
  password: HIDDEN,
  key: HIDDEN,
  prefix: TEXT,
  insecure: { is: 'true or false', fits: value => typeof value === 'boolean' },
};

const SIGNAL_KEYS = ['aborted', 'addEventListener', 'removeEventListener'];

const RUN: Kinds = {
  env: { is: 'an object', fits: isObject, parts: HIDDEN },
  set: {
    is: 'an object',
    fits: isObject,
    parts: {
      is: 'a text, a number, true or false',
      fits: value => ['string', 'number', 'boolean'].includes(typeof value),
      isSecret: true,
    },
  },
  envFile: {
    is: 'a text, or a list of texts',
    fits: value => typeof value === 'string' || Array.isArray(value),
    parts: TEXT,
  },
  signal: { is: 'an AbortSignal', fits: value => isObject(value) && SIGNAL_KEYS.every(key => key in value) },
  onEvent: { is: 'a function', fits: value => typeof value === 'function' },
  slots: { is: 'a whole number from 1', fits: value => Number.isInteger(value) && Number(value) >= 1 },
  queue: { is: 'an object with an address', fits: isObject },
  stateDir: { is: 'a path', fits: value => typeof value === 'string' && value !== '' },
};

/** One that is undefined is not given. @throws {TypeError} for an option that there is not, or one of another kind. */
export function checkOptions(options: unknown): void {
  checkAll('options', options, RUN);
  const { queue } = options as { readonly queue?: object & { readonly address?: unknown } };
  if (queue === undefined) return;
  checkAll('options.queue', queue, QUEUE);
  if (queue.address === undefined) throw new TypeError(`options.queue.address is missing: ${TEXT.is}`);
}

function checkAll(place: string, options: unknown, kinds: Kinds): void {
  if (!isObject(options)) throw new TypeError(`${place} must be an object, got ${shown(options)}`);
  const names = Object.keys(kinds);
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const hint = didYouMean(name, names) || `; there are ${names.join(', ')}`;
      throw new TypeError(`${place}.${name} is no option${hint}`);
    }
    check(`${place}.${name}`, value, kind);
  }
}

function check(place: string, value: unknown, { is, fits, parts, isSecret }: Kind): void {
  if (value === undefined) return;
  if (!fits(value)) throw new TypeError(`${place} must be ${is}, got ${isSecret ? kindOf(value) : shown(value)}`);
  if (parts === undefined || typeof value !== 'object' || value === null) return;
  const isList = Array.isArray(value);
  for (const [name, part] of Object.entries(value))
    check(isList ? `${place}[${name}]` : `${place}.${name}`, part, parts);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return quoteText(value);
  return value === null || ['number', 'boolean', 'undefined'].includes(typeof value) ? String(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

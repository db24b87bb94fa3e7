/** The options of the library, looked at before anything is done with them. */
import { quoteText } from './plan/quote.ts';
import { didYouMean } from './plan/suggest.ts';

interface Kind {
  /** What it must be, in words. */
  readonly is: string;
  fits(value: unknown): boolean;
}

const TEXT: Kind = { is: 'a text', fits: value => typeof value === 'string' };
/** What is in it is a matter of the plan. */
const BY_NAME: Kind = { is: 'an object', fits: isObject };

const QUEUE: Kinds = {
  address: TEXT,
  password: TEXT,
  key: TEXT,
  prefix: TEXT,
  insecure: { is: 'true or false', fits: value => typeof value === 'boolean' },
};

const RUN: Kinds = {
  env: BY_NAME,
  set: BY_NAME,
  envFile: {
    is: 'a text, or a list of texts',
    fits: value => [value].flat().every(one => typeof one === 'string'),
  },
  signal: { is: 'an AbortSignal', fits: value => isObject(value) && 'aborted' in value && 'addEventListener' in value },
  onEvent: { is: 'a function', fits: value => typeof value === 'function' },
  slots: { is: 'a whole number from 1', fits: value => Number.isInteger(value) && Number(value) >= 1 },
  queue: { is: 'an object with an address', fits: isObject },
  stateDir: TEXT,
};

type Kinds = Readonly<Record<string, Kind>>;

/** @throws {TypeError} for an option that there is not, or one of another kind. */
export function checkOptions(options: unknown): void {
  check('options', options, RUN);
  const { queue } = options as { readonly queue?: unknown };
  if (queue !== undefined) check('options.queue', queue, QUEUE);
}

function check(place: string, options: unknown, kinds: Kinds): void {
  if (!isObject(options)) throw new TypeError(`${place} must be an object, got ${shown(options)}`);
  for (const [name, value] of Object.entries(options)) {
    const kind = kinds[name];
    if (kind === undefined)
      throw new TypeError(
        `${place}.${name} is no option${didYouMean(name, Object.keys(kinds)) || `; there are ${Object.keys(kinds).join(', ')}`}`,
      );
    if (value !== undefined && !kind.fits(value))
      throw new TypeError(`${place}.${name} must be ${kind.is}, got ${shown(value)}`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return quoteText(value);
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'an object') : String(value);
}

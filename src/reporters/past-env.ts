/** The variables that a step of a past run sees, each with where it comes from. What `runjobs show … --env` shows. */
import type { Origin } from '../events/origin.ts';
import { escapeUnsafe } from '../plan/quote.ts';
import { cutTo, widthOf } from './columns.ts';
import { jsonLine } from './json-line.ts';
import type { Palette } from './palette.ts';
import { cleanse } from './text.ts';

export interface SeenVariable {
  readonly name: string;
  readonly value: string;
  readonly origin: Origin;
  /** Its value is not told. */
  readonly isSecret: boolean;
}

export interface SeenOptions {
  readonly run: string;
  readonly step: string;
  /** By name. */
  readonly variables: readonly SeenVariable[];
  /** In words: why some may be missing. */
  readonly troubles: readonly string[];
}

const VALUE_COLUMNS = 72;
const NAME_COLUMNS = 32;
const SECRET = '***';
const NOT_KEPT =
  'the variables of the process that ran it are not kept; where a value needs one, ${NAME} stands for it';

/** For people. */
export function seenWords({ step, variables, troubles }: SeenOptions, palette: Palette): string {
  const rows = variables.map(variable => ({ ...variable, shown: shownValue(variable) }));
  const nameColumns = Math.min(NAME_COLUMNS, Math.max(0, ...rows.map(({ name }) => widthOf(name))));
  const valueColumns = Math.max(0, ...rows.map(({ shown }) => widthOf(shown)));
  return [
    `${palette.strong(cleanse(step))} sees ${variables.length === 0 ? 'no variables of the plan' : 'these variables'}`,
    ...rows.map(({ name, shown, origin }) => {
      const value = `${shown}${' '.repeat(valueColumns - widthOf(shown))}`;
      return `  ${name.padEnd(nameColumns)}  ${value}  ${palette.quiet(originWords(origin))}`;
    }),
    ...troubles.map(trouble => `  ${palette.warn('⚠')} ${cleanse(trouble)}`),
    `  ${palette.quiet(NOT_KEPT)}`,
    '',
  ].join('\n');
}

/** One line of JSON. */
export function seenJson({ run, step, variables, troubles }: SeenOptions): string {
  return jsonLine({
    run,
    step,
    variables: variables.map(({ name, value, origin, isSecret }) => ({
      name,
      value: isSecret ? SECRET : value,
      origin,
      ...(isSecret ? { secret: true } : {}),
    })),
    ...(troubles.length === 0 ? {} : { troubles }),
  });
}

/** In full where it is short, one line, and does not begin or end with a blank. */
function shownValue({ value, isSecret }: SeenVariable): string {
  if (isSecret) return SECRET;
  const isPlain = /^\S(?:.*\S)?$/.test(value) && escapeUnsafe(value) === value;
  const shown = isPlain ? value : escapeUnsafe(JSON.stringify(value.slice(0, VALUE_COLUMNS * 2)));
  const size = Buffer.byteLength(value);
  const cut = cutTo(shown, VALUE_COLUMNS);
  return cut === shown ? shown : `${cutTo(shown, VALUE_COLUMNS - 12)} (${size} bytes)`;
}

function originWords(origin: Origin): string {
  switch (origin.type) {
    case 'env':
      return `env of ${stepWords(origin.step)}`;
    case 'root-env':
      return `env at the root of ${cleanse(origin.file)}`;
    case 'saved':
      return `saved by ${stepWords(origin.step)}`;
    case 'forEach':
      return `forEach of ${stepWords(origin.step)}`;
    case 'envFile':
      return `envFile ${cleanse(JSON.stringify(origin.file))} of ${stepWords(origin.step)}, as it is now`;
    case 'input':
      return origin.from === 'given' ? 'input, as given' : 'input, by default';
    case 'given-file':
      return `--env-file ${cleanse(JSON.stringify(origin.file))}, as it is now`;
    case 'process':
      return 'the process';
    case 'runjobs':
      return 'runjobs';
    default:
      return origin satisfies never;
  }
}

function stepWords(step: string): string {
  return step === '.' ? 'the plan' : cleanse(step);
}

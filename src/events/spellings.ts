/** The ways in which programs write a text down: a secret must be found in each of them. */
import { formsOf } from './character-forms.ts';
import type { Spelling } from './spelled.ts';

/** Fewer characters are not masked: they are found everywhere, and guessed at once. */
export const SECRET_MIN = 6;

/** Whether the value cannot be masked: it has fewer than {@link SECRET_MIN} characters. */
export function isTooShort(value: string): boolean {
  return [...value].length < SECRET_MIN;
}

/** Columns after which programs break base64. */
const COLUMNS = [64, 76];

/**
 * The value as it is, and each of its lines that is long enough, in every spelling: plain, with each character as it is,
 * percent-encoded once or twice, or escaped as in JSON, whatever the others are; in lower case (as in the name of a host),
 * base64 wherever it begins in what is encoded, quoted as by a shell.
 */
export function spellingsOf(value: string): Spelling[] {
  return unique([...partsOf(value).flatMap(ofOne), ...brokenBase64(value)]);
}

/** The same without its lines by themselves, which may be everybody's: `-----BEGIN PRIVATE KEY-----`. */
export function wholeSpellingsOf(value: string): Spelling[] {
  return unique([value, value.trim()].filter(part => !isTooShort(part)).flatMap(ofOne));
}

function unique(spellings: readonly Spelling[]): Spelling[] {
  return [...new Set(spellings)];
}

function partsOf(value: string): string[] {
  const parts = [value, value.trim(), ...value.split(/[\r\n]+/).flatMap(line => [line, line.trim()])];
  return [...new Set(parts)].filter(part => !isTooShort(part));
}

function ofOne(text: string): Spelling[] {
  return [
    [...text].map(formsOf),
    text.toLowerCase(),
    ...base64(text),
    ...inUrls(text),
    // As `set -x` prints it: bash, and dash.
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
  ];
}

/** As a parser of URLs leaves it, raw or encoded before, in the path, the query and behind `#`. */
function inUrls(text: string): string[] {
  return [text, encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))].flatMap(part =>
    ['', '?', '#'].flatMap(before => {
      const start = `http://a/${before}`;
      const whole = `${start}${part}`;
      const parsed = URL.canParse(whole) ? new URL(whole).href.slice(start.length) : '';
      // A path like `/../` is gone.
      return parsed.length < text.length ? [] : [parsed];
    }),
  );
}

/** What base64 makes of the text, whatever stands before and after it, in both alphabets. */
function base64(text: string): string[] {
  const bytes = Buffer.from(text);
  const found: string[] = [];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Characters that are made of what stands before as well.
    const from = Math.ceil((before * 8) / 6);
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    found.push(encoded.slice(from, whole), encoded.slice(from), encoded.slice(from).replaceAll('=', ''));
  }
  return found.flatMap(one => [one, one.replaceAll('+', '-').replaceAll('/', '_'), one.replaceAll('=', '%3D')]);
}

/** The lines of the value in base64 by itself, where it is broken into lines. */
function brokenBase64(value: string): string[] {
  const encoded = Buffer.from(value).toString('base64');
  const rows = COLUMNS.filter(columns => encoded.length > columns).flatMap(
    columns => encoded.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [],
  );
  return rows.filter(row => row.length >= SECRET_MIN);
}

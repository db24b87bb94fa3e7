/** The ways in which programs write a text down: a secret must be found in each of them. */
import { jsonSpellings } from './json-spellings.ts';

/** Fewer characters are not masked: they are found everywhere, and guessed at once. */
export const SECRET_MIN = 6;

/** Whether the value cannot be masked: it has fewer than {@link SECRET_MIN} characters. */
export function isTooShort(value: string): boolean {
  return [...value].length < SECRET_MIN;
}

/** What is percent-encoded: in a part of a URL, strictly, in a form, in a path, in a whole URL, and by parsers of URLs. */
const IN_PART = /[^\w.!~*'()-]/gu;
const ENCODED = [
  IN_PART,
  /[^\w.~-]/gu,
  /[^\w.*-]/gu,
  /[^\w.~/-]/gu,
  /[^\w.!~*'();/?:@&=+$,#-]/gu,
  /[^!-~]|["#<>?`{}]/gu,
  /[^!-~]|["#<>']/gu,
];
const ENCODED_IN_FORM = /[^\w.* -]/gu;

/** Columns after which programs break base64. */
const COLUMNS = [64, 76];

/**
 * The value as it is, and each of its lines that is long enough, in every spelling: plain, in lower case (as in the name of a
 * host), base64 wherever it begins in what is encoded, percent-encoded once or twice, escaped as in JSON, quoted as by a shell.
 */
export function spellingsOf(value: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const part of partsOf(value)) for (const spelling of ofOne(part)) found.add(spelling);
  for (const line of brokenBase64(value)) found.add(line);
  return found;
}

/** The same without its lines by themselves, which may be everybody's: `-----BEGIN PRIVATE KEY-----`. */
export function wholeSpellingsOf(value: string): ReadonlySet<string> {
  return new Set([value, value.trim()].filter(part => !isTooShort(part)).flatMap(ofOne));
}

function partsOf(value: string): string[] {
  const parts = [value, value.trim(), ...value.split(/[\r\n]+/).flatMap(line => [line, line.trim()])];
  return [...new Set(parts)].filter(part => !isTooShort(part));
}

function ofOne(text: string): string[] {
  return [
    text,
    text.toLowerCase(),
    ...base64(text),
    ...percentTwice(text),
    ...jsonSpellings(text),
    ...inUrls(text),
    // As `set -x` prints it: bash, and dash.
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
  ];
}

/** Percent-encoded, and once more, as the page that is to be seen after a login is named. */
function percentTwice(text: string): string[] {
  const inForm = (part: string) => percent(part, ENCODED_IN_FORM).replaceAll(' ', '+');
  const once = [...ENCODED.map(pattern => percent(text, pattern)), inForm(text)].flatMap(inEitherCase);
  const isChanged = (encoded: string) => encoded !== text;
  const twice = once.filter(isChanged).flatMap(part => [percent(part, IN_PART), inForm(part)].flatMap(inEitherCase));
  return [...once, ...twice];
}

function inEitherCase(encoded: string): string[] {
  return [encoded, encoded.replace(/%../g, code => code.toLowerCase())];
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

function percent(text: string, encoded: RegExp): string {
  return text.replace(encoded, char => Buffer.from(char).toString('hex').toUpperCase().replace(/../g, '%$&'));
}

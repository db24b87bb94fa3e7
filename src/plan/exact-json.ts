/** JSON with whole numbers that JavaScript cannot tell from their neighbours: each is a text of its digits. */
import { endOfString } from './json-text.ts';
import { isInexact, type Json } from './json-value.ts';

/** @param json a text that is JSON. */
export function parseExactly(json: string): Json {
  let quoted = '';
  let done = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at] as string;
    if (char === '"') at = endOfString(json, at);
    if (!STARTS_NUMBER.has(char)) continue;
    const end = endOfNumber(json, at);
    const digits = json.slice(at, end);
    if (isInexact(Number(digits))) {
      quoted += `${json.slice(done, at)}"${digits}"`;
      done = end;
    }
    at = end - 1;
  }
  return JSON.parse(quoted + json.slice(done));
}

/** Whether there is one in it. @throws {RangeError} where it is nested too deeply. */
export function holdsInexact(value: Json): boolean {
  if (typeof value === 'number') return isInexact(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInexact);
}

const STARTS_NUMBER: ReadonlySet<string> = new Set('-0123456789');
const IN_NUMBER: ReadonlySet<string> = new Set('-+.eE0123456789');

function endOfNumber(json: string, from: number): number {
  let at = from + 1;
  while (IN_NUMBER.has(json[at] ?? '')) at++;
  return at;
}

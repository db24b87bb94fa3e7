/** Reads JSON: values come from JSON.parse; places, duplicate keys and syntax errors from a visit, when one is needed. */
import { type JsonPlaces, placesOf } from './json-places.ts';
import { syntaxFindings } from './json-syntax.ts';
import { endOfString } from './json-text.ts';
import { duplicateKey, type Finding, Lines, type Reading, Source } from './source.ts';

/** The value of a JSON text with its duplicate keys, or its syntax errors. Never throws. */
export function readJson(text: string): Reading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { source: new Source(text), findings: syntaxFindings(text) };
  }
  let places: JsonPlaces | undefined;
  const found = () => {
    places ??= placesOf(text);
    return places;
  };
  const findings = countMembers(value) === countColons(text) ? [] : duplicateFindings(found(), text);
  const source = new Source(text, { scan: () => found().root, hasOddScalars: () => hasOddNumber(text) });
  return { value, source, findings };
}

function duplicateFindings({ duplicates }: JsonPlaces, text: string): Finding[] {
  const lines = new Lines(text);
  return duplicates.map(({ path, offset, first }) => duplicateKey(path, offset, lines.place(first)));
}

/** Members of all objects inside a value. A text with more colons than this gives some key twice. */
function countMembers(root: unknown): number {
  let members = 0;
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inner = Array.isArray(value) ? value : Object.values(value);
    if (inner !== value) members += inner.length;
    for (const child of inner) if (typeof child === 'object') waiting.push(child);
  }
  return members;
}

/** Colons outside of strings, in a text that is valid JSON. */
function countColons(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 58) colons++;
    if (code === 34) at = endOfString(text, at);
  }
  return colons;
}

/**
 * Whether a text that is valid JSON has a number that JavaScript would write in another way: `3.10`, `1e3`, `-0`, or one that
 * is too long for it. Not by a regular expression: with very many numbers to look back from, V8 takes its slow way.
 */
function hasOddNumber(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) at = endOfString(text, at);
    if (code !== 45 && !isDigit(code)) continue;
    const end = endOfDigits(text, at + 1);
    const next = text.charCodeAt(end) | 32;
    if (next === 101 || text[end] === '.' || end - at >= LONG || text.startsWith('-0', at)) return true;
    at = end - 1;
  }
  return false;
}

/** So many characters may not fit into a number of JavaScript. */
const LONG = 16;

function endOfDigits(text: string, start: number): number {
  let at = start;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Reads JSON: values come from JSON.parse; a scan tells places and duplicate keys, only when they are needed. */
import { type JsonScan, scanJson } from './json-scan.ts';
import { endOfString } from './json-tokens.ts';
import { duplicateKey, type Finding, Lines, type Reading, Source } from './source.ts';

/** The value of a JSON text with its duplicate keys, or its first syntax error. Never throws. */
export function readJson(text: string): Reading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const fault = scanJson(text).fault ?? { offset: 0, message: `not JSON: ${String(error)}` };
    return { source: new Source(text), findings: [{ message: fault.message, path: [], at: fault.offset }] };
  }
  let scan: JsonScan | undefined;
  const scanned = () => {
    scan ??= scanJson(text);
    return scan;
  };
  const findings = countMembers(value) === countColons(text) ? [] : duplicateFindings(scanned(), text);
  return { value, source: new Source(text, () => scanned().root), findings };
}

function duplicateFindings({ duplicates }: JsonScan, text: string): Finding[] {
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

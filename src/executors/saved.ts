/** What a step that has ended well leaves in variables: texts out of what it has brought forth, or why there are none. */
import { SAVED_BYTES } from '../plan/limits.ts';
import type { Save, SavedPart } from '../plan/plan.ts';
import { suggest } from '../plan/suggest.ts';
import { Collected } from './collected.ts';
import { atPointer, jsonFault } from './json-pointer.ts';

export type Values = Readonly<Record<string, string>>;

export type Saving =
  | { readonly type: 'saved'; readonly values: Values }
  /** In words: what was found, and the way out. */
  | { readonly type: 'unfit'; readonly message: string };

/** The answer to a request, besides its body. */
export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Documents out of which parts are picked may be larger than what is picked, but are in memory at once. */
const DOCUMENT_BYTES = 8 * 1024 * 1024;

const TO_FILE = 'write it to a file with "saveTo: FILE"';

/** Where the output is collected for `save`; undefined where none of it is needed. */
export function collectionFor(save: Save | undefined): Collected | undefined {
  if (save?.type === 'output') return new Collected(SAVED_BYTES);
  const picks = save?.type === 'parts' && Object.values(save.parts).some(({ type }) => type === 'pointer');
  return picks ? new Collected(DOCUMENT_BYTES) : undefined;
}

/** All of the output, without the newlines at its end. */
export function savedOutput(name: string, output: Collected): Saving {
  if (output.isCut) return unfit(name, tooLarge('the output', output.total));
  const text = textOf(output.bytes());
  if (typeof text !== 'string') return unfit(name, `the output ${text.fault}`);
  return checked([[name, text.replace(/(?<!\n)\n+$/, '')]]);
}

/** Parts of the output, and of the answer where there is one. */
export function savedParts(
  parts: Readonly<Record<string, SavedPart>>,
  output: Collected | undefined,
  answer: Answer | undefined,
): Saving {
  const document = output === undefined ? '' : documentOf(output);
  const values: [string, string][] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (part.type === 'pointer' && typeof document !== 'string') return unfit(name, document.fault);
    const value = partOf(part, String(document), answer);
    if (typeof value !== 'string') return unfit(name, value.fault);
    values.push([name, value]);
  }
  return checked(values);
}

interface Fault {
  readonly fault: string;
}

function documentOf(output: Collected): string | Fault {
  if (output.isCut) {
    return {
      fault: `the output is ${inKiB(output.total)}, over the 8 MiB that are looked into; ${TO_FILE}, and read that`,
    };
  }
  const text = textOf(output.bytes());
  if (typeof text !== 'string') return { fault: `the output ${text.fault}` };
  const json = text.replace(/^\ufeff/, '');
  if (json.trim() === '') return { fault: 'the output is empty, and no JSON' };
  const fault = jsonFault(json);
  return fault === undefined ? json : { fault: `the output is no JSON: ${fault}` };
}

function partOf(part: SavedPart, json: string, answer: Answer | undefined): string | Fault {
  switch (part.type) {
    case 'pointer': {
      const found = atPointer(json, part.pointer);
      return found.type === 'found' ? found.text : { fault: `nothing is at "${part.pointer}": ${found.words}` };
    }
    case 'header': {
      const value = answer?.headers[part.name];
      return value === undefined ? { fault: noHeader(part.name, answer) } : [value].flat().join(', ');
    }
    case 'status':
      return answer === undefined ? { fault: 'only a response has a status' } : String(answer.status);
    default:
      return part satisfies never;
  }
}

function noHeader(name: string, answer: Answer | undefined): string {
  if (answer === undefined) return 'only a response has headers';
  const names = Object.keys(answer.headers);
  const near = suggest(name, names);
  const instead = near === undefined ? `; it has ${names.join(', ') || 'none'}` : `, did you mean "${near}"?`;
  return `the response has no header "${name}"${instead}`;
}

/** The values, unless one of them is too large or no text for a variable. */
export function checked(values: readonly (readonly [name: string, value: string])[]): Saving {
  for (const [name, value] of values) {
    const fault = faultOf(value);
    if (fault !== undefined) return unfit(name, fault);
  }
  return { type: 'saved', values: Object.fromEntries(values) };
}

function faultOf(value: string): string | undefined {
  const size = Buffer.byteLength(value);
  if (size > SAVED_BYTES) return tooLarge('the value', size);
  if (value.includes('\0')) return `the value holds a NUL character, which no variable can hold; ${TO_FILE}`;
  if (/\p{Cs}/u.test(value))
    return `the value holds half of a character (a lone surrogate), and is no text; ${TO_FILE}`;
  return undefined;
}

/** The bytes as text, or why they are none. */
export function textOf(bytes: Uint8Array): string | Fault {
  const nul = bytes.indexOf(0);
  if (nul !== -1) return { fault: `holds a NUL character (byte ${nul + 1}), which no variable can hold; ${TO_FILE}` };
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { fault: `is no UTF-8 text, and a variable holds nothing else; ${TO_FILE}` };
  }
}

function tooLarge(what: string, size: number): string {
  return `${what} is ${inKiB(size)}, and a variable holds 96 KiB at most; ${TO_FILE}`;
}

function inKiB(bytes: number): string {
  return bytes < 10 * 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}

export function unfit(name: string, fault: string): Saving {
  return { type: 'unfit', message: `save: ${name}: ${fault}` };
}

/** Whether an answer is what its step expects, found out while its body comes in. */

import { createHash } from 'node:crypto';
import type { HttpExpect, TextRule } from '../../plan/plan.ts';
import { jsonFault } from '../json-pointer.ts';
import { bodyText } from './body-text.ts';
import { quoted } from './shown.ts';
import { unmetMembers, unmetText } from './unmet.ts';

export interface Expecting {
  /** Whether there is more to look at than the status. */
  readonly isCurious: boolean;
  /** Whether the body is in memory as a whole. */
  readonly isKept: boolean;
  /** Takes a piece of the body; the bytes are copied. */
  take(bytes: Uint8Array): void;
  /** Call at the end of the body: in words what is not as expected. */
  unmet(answer: AnswerFacts): string[];
}

export interface AnswerFacts {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** From the start of the request to the end of the body. */
  readonly tookMs: number;
}

/** Looks at one answer. Its status is a matter of others. */
export function expecting(expect: HttpExpect): Expecting {
  const { headers = [], body, json, underMs, sha256 } = expect;
  const isKept = body !== undefined || json !== undefined;
  const hash = sha256 === undefined ? undefined : createHash('sha256');
  const pieces: Uint8Array[] = [];
  return {
    isCurious: isKept || headers.length > 0 || underMs !== undefined || sha256 !== undefined,
    isKept,
    take(bytes) {
      hash?.update(bytes);
      if (isKept) pieces.push(new Uint8Array(bytes));
    },
    unmet(answer) {
      if (!this.isCurious) return [];
      const text = isKept ? bodyText(Buffer.concat(pieces), answer.headers['content-type']) : '';
      const tookMs = Math.ceil(answer.tookMs);
      const digest = hash?.digest('hex');
      return [
        ...unmetHeaders(expect, answer.headers),
        ...(body === undefined ? [] : unmetText('the body', body, text)),
        ...(json === undefined ? [] : unmetJsonBody(json, text)),
        ...(underMs === undefined || answer.tookMs < underMs
          ? []
          : [`it took ${tookMs} ms, expected under ${underMs} ms`]),
        ...(digest === sha256 ? [] : [`the SHA-256 of the body is ${digest}, expected ${sha256}`]),
      ];
    },
  };
}

/** In words which headers are not as expected. */
export function unmetHeaders({ headers = [] }: HttpExpect, found: AnswerFacts['headers']): string[] {
  return headers.flatMap(([name, rule]) => unmetHeader(name, rule, found));
}

function unmetHeader(name: string, rule: TextRule, headers: AnswerFacts['headers']): string[] {
  const value = headers[name];
  if (value !== undefined) return unmetText(`the header "${name}"`, rule, [value].flat().join(', '), true);
  const { equals, includes = [], matches = '' } = rule;
  return [`the header "${name}" is missing, expected ${quoted(equals ?? includes[0] ?? matches)}`];
}

function unmetJsonBody(rules: NonNullable<HttpExpect['json']>, text: string): string[] {
  if (text.trim() === '') return ['the body is empty, expected JSON'];
  const json = text.replace(/^\ufeff/, '');
  const fault = jsonFault(json);
  return fault === undefined ? unmetMembers(rules, json) : [`the body is no JSON: ${fault}`];
}

/** Laws of what a step leaves in variables: texts of at most 96 KiB, or a failure that says what was found. */
import { describe, expect, it } from 'vitest';
import { Collected } from '../../src/executors/collected.ts';
import { type Answer, collectionFor, savedOutput, savedParts } from '../../src/executors/saved.ts';
import type { SavedPart } from '../../src/plan/plan.ts';

const KIB = 1024;

function collected(text: string | Uint8Array, pieces = 1): Collected {
  const output = collectionFor({ type: 'output', name: 'X' }) ?? new Collected(0);
  const bytes = Buffer.from(text);
  const size = Math.ceil(bytes.length / pieces) || 1;
  for (let at = 0; at < bytes.length; at += size) output.take(bytes.subarray(at, at + size));
  return output;
}

function output(text: string | Uint8Array, pieces = 1): string {
  const saving = savedOutput('X', collected(text, pieces));
  return saving.type === 'saved' ? `= ${saving.values.X}` : saving.message;
}

describe('the whole output', () => {
  it.each([
    ['1.2.3\n', '1.2.3'],
    ['a\n\n\n', 'a'],
    ['\n\n', ''],
    ['', ''],
    ['\n a \n b \r\n', '\n a \n b \r'],
    ['"$x" `y` \\ $(z)\n', '"$x" `y` \\ $(z)'],
    ['\ufeffäöü 𝄞 é שלום\n', '\ufeffäöü 𝄞 é שלום'],
  ])('%j is saved without the newlines at its end, and else byte for byte', (text, value) => {
    for (const pieces of [1, 2, 1000]) expect(output(text, pieces)).toBe(`= ${value}`);
  });

  it('may take 96 KiB, newlines at its end not counted, and not a byte more', () => {
    const most = 'x'.repeat(96 * KIB);
    expect(output(most)).toBe(`= ${most}`);
    expect(output(`${most}${'\n'.repeat(5000)}`, 7)).toBe(`= ${most}`);
    const fault =
      'save: X: the output is 97 KiB, and a variable holds 96 KiB at most; write it to a file with "saveTo: FILE"';
    expect(output(`${most}x`)).toBe(fault);
    expect(output(`${most}\nx`, 3)).toBe(fault);
  });

  it('is no more in memory than may be saved', () => {
    const all = new Collected(10);
    for (let piece = 0; piece < 1000; piece += 1) all.take(Buffer.alloc(1000, 'x'));
    expect(all.total).toBe(1_000_000);
    expect(all.isCut).toBe(true);
    expect(all.bytes().length).toBe(0);
  });

  it.each([
    [
      Buffer.from('ab\0c'),
      'save: X: the output holds a NUL character (byte 3), which no variable can hold; write it to a file with "saveTo: FILE"',
    ],
    [
      Buffer.from([0x61, 0xff]),
      'save: X: the output is no UTF-8 text, and a variable holds nothing else; write it to a file with "saveTo: FILE"',
    ],
    [
      Buffer.from([0x61, 0xe2, 0x82]),
      'save: X: the output is no UTF-8 text, and a variable holds nothing else; write it to a file with "saveTo: FILE"',
    ],
  ])('that is no text is a failure: %j', (bytes, fault) => {
    expect(output(bytes)).toBe(fault);
  });
});

describe('parts of the output', () => {
  const pointer = (at: string): SavedPart => ({ type: 'pointer', pointer: at });
  const answer: Answer = { status: 201, headers: { etag: '"abc"', 'set-cookie': ['a=1', 'b=2'] } };
  const parts = (picked: Record<string, SavedPart>, text: string | Buffer, from?: Answer) => {
    const document = collectionFor({ type: 'parts', parts: picked });
    document?.take(Buffer.from(text));
    const saving = savedParts(picked, document, from);
    return saving.type === 'saved' ? saving.values : saving.message;
  };

  it('are found by pointers, in headers and in the status', () => {
    const picked = {
      ID: pointer('/id'),
      ALL: pointer(''),
      TAG: { type: 'header', name: 'etag' },
      COOKIES: { type: 'header', name: 'set-cookie' },
      STATUS: { type: 'status' },
    } as const;
    expect(parts(picked, '\ufeff{"id": "x"}\n', answer)).toEqual({
      ID: 'x',
      ALL: '{"id":"x"}',
      TAG: '"abc"',
      COOKIES: 'a=1, b=2',
      STATUS: '201',
    });
  });

  it('leave the body alone where nothing is picked from it', () => {
    expect(parts({ S: { type: 'status' } }, Buffer.from([0, 255]), answer)).toEqual({ S: '201' });
  });

  it('may be picked from more than a variable holds, but not be more', () => {
    const big = JSON.stringify({ id: 7, rest: 'x'.repeat(200 * KIB) });
    expect(parts({ ID: pointer('/id') }, big)).toEqual({ ID: '7' });
    expect(parts({ REST: pointer('/rest') }, big)).toBe(
      'save: REST: the value is 200 KiB, and a variable holds 96 KiB at most; write it to a file with "saveTo: FILE"',
    );
    expect(parts({ ID: pointer('/id') }, 'x'.repeat(9 * KIB * KIB))).toBe(
      'save: ID: the output is 9216 KiB, over the 8 MiB that are looked into; write it to a file with "saveTo: FILE", and read that',
    );
  });

  it.each([
    ['', 'save: ID: the output is empty, and no JSON'],
    ['<html>', "save: ID: the output is no JSON: Unexpected token '<'"],
    ['{"idd": 1}', 'save: ID: nothing is at "/id": the whole has no "id", did you mean "idd"?'],
    [
      '{"id": "a\\u0000b"}',
      'save: ID: the value holds a NUL character, which no variable can hold; write it to a file with "saveTo: FILE"',
    ],
    [
      '{"id": "\\ud800"}',
      'save: ID: the value holds half of a character (a lone surrogate), and is no text; write it to a file with "saveTo: FILE"',
    ],
  ])('that are not there, or no text, are a failure: %j', (text, fault) => {
    expect(parts({ ID: pointer('/id') }, text)).toBe(fault);
  });

  it('that a response has not are a failure with what it has', () => {
    expect(parts({ E: { type: 'header', name: 'etga' } }, '', answer)).toBe(
      'save: E: the response has no header "etga", did you mean "etag"?',
    );
    expect(parts({ E: { type: 'header', name: 'x-other' } }, '', answer)).toBe(
      'save: E: the response has no header "x-other"; it has etag, set-cookie',
    );
    expect(parts({ E: { type: 'status' } }, '')).toBe('save: E: only a response has a status');
  });
});

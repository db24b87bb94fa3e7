import { describe, expect, it } from 'vitest';
import { watchLines } from '../../src/engine/line-watch.ts';

/** The lines that are met where the text comes in pieces of so many bytes. */
function linesOf(text: string | Uint8Array, size: number): string[] {
  const lines: string[] = [];
  const watch = watchLines(line => lines.push(line));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) watch(bytes.subarray(at, at + size));
  return lines;
}

describe('the lines of a stream', () => {
  const text = 'one\n\nzwei äöü 日本\r\n\u001b[32mgreen\u001b[0m \u001b]0;title\u0007text\nno end';

  it.each([1, 2, 3, 7, 1000])('are the same however it is cut: %i bytes', size => {
    expect(linesOf(text, size)).toEqual(['one', '', 'zwei äöü 日本', 'green text']);
  });

  it.each([
    ['tput sgr0 of an xterm', '\x1b(B\x1b[m'],
    ['tput sgr0 of a console', '\x1b[m\x0f'],
    ['a colour in eight bits', '\x9b0m'],
    ['a saved cursor', '\x1b7'],
    ['a return before a colour', '\r\x1b[m'],
  ])('end with their text, where %s follows', (_, sequence) => {
    expect(linesOf(`listening on 80${sequence}\n`, 3)).toEqual(['listening on 80']);
  });

  it('are whole ones only', () => {
    expect(linesOf('listening on 80', 5)).toEqual([]);
  });

  it('are looked at up to 64 KiB', () => {
    const lines: string[] = [];
    const watch = watchLines(line => lines.push(line));
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    for (let count = 0; count < 64; count += 1) watch(megabyte);
    watch(Buffer.from('\nnext\n'));
    expect(lines.map(({ length }) => length)).toEqual([64 * 1024, 4]);
  });
});

import { describe, expect, it } from 'vitest';
import { widthOf } from '../../src/reporters/columns.ts';
import { type Row, rowsBefore, rowsFrom } from '../../src/reporters/wrapping.ts';
import { seeded } from '../support/random.ts';

const MANY = 1_000_000;

function textOf(text: string) {
  const bytes = Buffer.from(text);
  return {
    size: () => bytes.length,
    read: (position: number, length: number) => bytes.subarray(position, position + length),
  };
}

const texts = (rows: readonly Row[]) => rows.map(({ text }) => text);
const all = (text: string, columns: number) => rowsFrom(textOf(text), { offset: 0, row: 0 }, MANY, columns);
const allBackward = (text: string, columns: number) => {
  const log = textOf(text);
  return rowsBefore(log, { offset: log.size(), row: 0 }, MANY, columns);
};

describe('the rows of a log', () => {
  it('are its lines, each in as many pieces as it needs; an empty line is a row, and one without an end, too', () => {
    expect(texts(all('abcdef\n\nxy', 4))).toEqual(['abcd', 'ef', '', 'xy']);
    expect(texts(all('abcd\n', 4))).toEqual(['abcd']);
    expect(all('', 4)).toEqual([]);
    expect(texts(all('界界界a\n', 3))).toEqual(['界', '界', '界a']);
    expect(texts(all('界\n', 1))).toEqual(['界']);
  });

  it('are the same from the beginning and from the end, however the text is cut and wherever one begins', () => {
    const next = seeded(7);
    const random = (below: number) => Math.floor(next() * below);
    const letters = ['a', 'b', '界', '🙂', '\t', ' ', '\n', '\n'];
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: random(400) }, () => letters[random(letters.length)]).join('');
      const columns = 1 + random(30);
      const rows = all(text, columns);
      expect(allBackward(text, columns)).toEqual(rows);
      for (const row of rows) if (columns > 1) expect(widthOf(row.text)).toBeLessThanOrEqual(columns);
      const at = random(rows.length || 1);
      const place = rows[at];
      if (place === undefined) continue;
      expect(rowsFrom(textOf(text), place, 5, columns)).toEqual(rows.slice(at, at + 5));
      expect(rowsBefore(textOf(text), place, 5, columns)).toEqual(rows.slice(Math.max(0, at - 5), at));
    }
  });

  it('are the same over many blocks of the file', () => {
    const text = Array.from({ length: 20_000 }, (_, n) => `line ${n} ${'x'.repeat(n % 50)}`).join('\n');
    const rows = all(text, 40);
    expect(rows.filter(({ row }) => row === 0)).toHaveLength(20_000);
    expect(allBackward(text, 40)).toEqual(rows);
  });

  it('of a line without an end in sight are told in pieces, forward and backward, and lose nothing', () => {
    const text = `${'y'.repeat(300_000)}\nnext\n`;
    expect(texts(all(text, 100)).join('')).toBe(text.replaceAll('\n', ''));
    expect(texts(allBackward(text, 100)).join('')).toBe(text.replaceAll('\n', ''));
    expect(texts(rowsBefore(textOf(text), { offset: text.length, row: 0 }, 2, 100))).toEqual([
      expect.stringMatching(/^y+$/),
      'next',
    ]);
  });

  it('of a line that takes fewer rows by now begin with its last one', () => {
    expect(texts(rowsFrom(textOf('abcdef\nxy\n'), { offset: 0, row: 5 }, 3, 4))).toEqual(['xy']);
    expect(texts(rowsFrom(textOf('abcdef\n'), { offset: 0, row: 5 }, 3, 4))).toEqual(['ef']);
  });
});

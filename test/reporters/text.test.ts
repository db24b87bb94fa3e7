import { describe, expect, it } from 'vitest';
import { cutTo, widthOf } from '../../src/reporters/columns.ts';
import { isPrintable } from '../../src/reporters/printable.ts';
import { cleanse, createLineAssembly } from '../../src/reporters/text.ts';

describe('a line of a child, cleansed', () => {
  it.each([
    ['plain text with ünïcödé and 日本', 'plain text with ünïcödé and 日本'],
    ['tabs\tstay', 'tabs\tstay'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b[38;2;1;2;3mtrue colour', 'true colour'],
    ['\x1b[2J\x1b[1;1Hhome', 'home'],
    ['\x1b]0;a window title\x07after', 'after'],
    ['\x1b]8;;https://x.test/a b\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\x1bPdevice\x1b\\control', 'control'],
    ['\x1b_application\x1b\\program', 'program'],
    ['\x9b31mone byte', 'one byte'],
    ['\x1bcreset', 'reset'],
    ['\x1b(0line drawing', 'line drawing'],
    ['\x1b[?25l\x1b[?1049hscreens', 'screens'],
    ['bell\x07 back\x08space\x7f nul\x00 \x0b\x0c', 'bell backspace nul '],
    ['10%\r50%\r100%', '100%'],
    ['windows line\r', 'windows line'],
    ['\x1b[1G\x1b[0K⠙ fetch\x1b[1G\x1b[0K⠹ fetch', '⠹ fetch'],
    ['\x1b[2K\x1b[G1 of 2\x1b[2K\x1b[0G2 of 2', '2 of 2'],
    ['stays\x1b[1G', 'stays'],
    ['at \x1b[10Gcolumn', 'at column'],
    ['\r\r', ''],
    ['cut in \x1b[3', 'cut in '],
    ['cut in \x1b', 'cut in '],
    ['c1 \x85 and \x84', 'c1  and '],
    ['abc\u202edef\u2069', 'abcdef'],
    ['two\u2028lines\u2029', 'twolines'],
    ['\u05d0\u200f\u05d1', '\u05d0\u200f\u05d1'],
    ['##[error]x', '## [error]x'],
    ['#\x1b[0m##vso[x]', '### vso[x]'],
    ['## [x] # [y] #[z]', '## [x] # [y] #[z]'],
  ])('%j becomes %j', (printed, seen) => {
    expect(cleanse(printed)).toBe(seen);
  });

  it('is looked at once, whatever was printed: a million carriage returns are no work', () => {
    expect(cleanse(`a${'\r'.repeat(1_000_000)}b\r`)).toBe('b');
  });

  it('has no control code but tabs, whatever was printed', () => {
    for (let code = 0; code < 0x100; code++) {
      for (const pattern of [`a${String.fromCharCode(code)}b`, `\x1b${String.fromCharCode(code)}x`]) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them.
        expect(cleanse(pattern)).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/);
      }
    }
  });
});

describe('lines put together from chunks', () => {
  const assemble = (...chunks: string[]) => {
    const assembly = createLineAssembly();
    const lines = chunks.flatMap(chunk => assembly.add(chunk));
    return { lines, rest: assembly.end() };
  };

  it('come out whole, when they are whole', () => {
    expect(assemble('one\ntw', 'o\nthree')).toEqual({ lines: ['one', 'two'], rest: ['three'] });
    expect(assemble('\n\n')).toEqual({ lines: ['', ''], rest: [] });
  });

  it('are cleansed after they are whole: an escape sequence may be cut anywhere', () => {
    expect(assemble('\x1b[3', '1mred\x1b', '[0m\n').lines).toEqual(['red']);
  });

  it.each([['\x1b[31m'], ['\x07'], ['1%\r2%'], ['##[error]'], ['\x7f'], ['\x85'], ['\u202e'], ['é']])(
    'are cleansed wherever among much that is harmless stands %j',
    unsafe => {
      const harmless = `${'x'.repeat(9)}\n`.repeat(300);
      for (let at = 1000; at < 1020; at++) {
        const text = harmless.slice(0, at) + unsafe + harmless.slice(at);
        expect(createLineAssembly().addText(text)).toBe(text.trimEnd().split('\n').map(cleanse).join('\n'));
      }
    },
  );

  it('come in pieces when they have no end', () => {
    const { lines, rest } = assemble('x'.repeat(200_000));
    expect(lines.map(line => line.length)).toEqual([65_536, 65_536, 65_536]);
    expect(rest[0]?.length).toBe(200_000 - 3 * 65_536);
  });

  it('cost little for a progress bar without an end: only its last drawing is kept', () => {
    const { lines, rest } = assemble(...Array.from({ length: 50_000 }, (_, n) => `\rdone: ${n}`));
    expect(lines).toEqual([]);
    expect(rest).toEqual(['done: 49999']);
  });

  it('start anew after their end was asked for', () => {
    const assembly = createLineAssembly();
    assembly.add('half');
    expect(assembly.end()).toEqual(['half']);
    expect(assembly.end()).toEqual([]);
    expect(assembly.add('next\n')).toEqual(['next']);
  });
});

describe('a text that is printable at a glance', () => {
  it('is of printable ASCII, tabs and line ends, wherever anything else may stand', () => {
    for (let code = 0; code <= 0x100; code++) {
      const character = String.fromCharCode(code);
      const isHarmless = character === '\t' || character === '\n' || (character >= ' ' && character <= '~');
      for (let before = 0; before < 17; before++) {
        for (const around of [' ', '~', '\n']) {
          const text = around.repeat(before) + character + around.repeat(17 - before);
          expect(isPrintable(text), JSON.stringify(text)).toBe(isHarmless);
          expect(isPrintable(around.repeat(before) + character), JSON.stringify(text)).toBe(isHarmless);
        }
      }
    }
  });

  it('is never told by what was looked at before', () => {
    expect(isPrintable(`${'x'.repeat(9)}\x1b`)).toBe(false);
    expect(isPrintable('x'.repeat(9))).toBe(true);
  });

  it('is short enough to be looked at', () => {
    expect(isPrintable('')).toBe(true);
    expect(isPrintable('x'.repeat(128 * 1024))).toBe(true);
    expect(isPrintable('x'.repeat(128 * 1024 + 1))).toBe(false);
    expect(isPrintable(`${'x'.repeat(128 * 1024 - 1)}é`)).toBe(false);
  });

  it('is left as it is by what makes each line harmless', () => {
    for (let one = 0; one < 0x80; one++) {
      for (let two = 0; two < 0x80; two++) {
        const text = `a${String.fromCharCode(one)}b${String.fromCharCode(two)}c`;
        if (isPrintable(text)) expect(text.split('\n').map(cleanse).join('\n')).toBe(text);
      }
    }
  });
});

describe('the width of a text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本語', 6],
    ['한글', 4],
    ['ｱ', 2],
    ['🚀', 2],
    ['👩‍👩‍👧', 2],
    ['🇦🇹', 2],
    ['✔', 1],
    ['❤️', 2],
    ['\u200b', 0],
    ['……', 2],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

describe('a text cut to columns', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly10!', 10, 'exactly10!'],
    ['eleven char', 10, 'eleven ch…'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['a👩‍👩‍👧b', 3, 'a…'],
    ['x', 0, ''],
    ['xy', 1, '…'],
    ['a\tb', 10, 'a    b'],
    ['abc\u202edef', 10, 'abcdef'],
  ])('%j to %i is %j', (text, columns, cut) => {
    expect(cutTo(text, columns)).toBe(cut);
    expect(widthOf(cut)).toBeLessThanOrEqual(columns);
  });

  it('costs little however long the text', () => {
    expect(cutTo('x'.repeat(10_000_000), 5)).toBe('xxxx…');
  });
});

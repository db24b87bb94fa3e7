import { describe, expect, it } from 'vitest';
import { append, createTail, lastLine, lastLines } from '../../src/events/tail.ts';

const tailOf = (...texts: string[]) => {
  const tail = createTail();
  for (const text of texts) append(tail, text);
  return tail;
};

describe('the tail of an output', () => {
  it('gives the last lines, oldest first', () => {
    expect(lastLines(tailOf('a\nb\nc\n'), 2)).toEqual(['b', 'c']);
    expect(lastLines(tailOf('a\n'), 20)).toEqual(['a']);
    expect(lastLines(tailOf(), 20)).toEqual([]);
  });

  it('counts a line without an end, and empty lines between others', () => {
    expect(lastLines(tailOf('a\n\nb'), 20)).toEqual(['a', '', 'b']);
    expect(lastLines(tailOf('\n'), 20)).toEqual([]);
  });

  it('puts lines together across pieces', () => {
    expect(lastLines(tailOf('he', 'llo\nwor', 'ld'), 20)).toEqual(['hello', 'world']);
  });

  it('keeps the last drawing of a line that is drawn over itself', () => {
    expect(lastLines(tailOf('10%\r50%\r100%\r\nnext\r\n'), 20)).toEqual(['100%', 'next']);
    expect(lastLine(tailOf('10%\r50%\r'))).toBe('50%');
    expect(lastLine(tailOf('\r'))).toBe('');
  });

  it('takes a cursor that goes to the first column for what it is: the line is drawn over itself', () => {
    expect(lastLine(tailOf('\x1b[1G\x1b[0K⠙ fetch\x1b[1G\x1b[0K⠹ fetch'))).toBe('\x1b[0K⠹ fetch');
    expect(lastLines(tailOf('\x1b[2K\x1b[G1 of 2\x1b[2K\x1b[0G2 of 2\n'), 20)).toEqual(['2 of 2']);
    expect(lastLines(tailOf(`${'x'.repeat(3000)}\x1b[1Glast\n`), 20)).toEqual(['last']);
  });

  it('passes over what only moves the cursor, clears or ends a colour', () => {
    expect(lastLine(tailOf('\x1b[31mbad\n\x1b[0m'))).toBe('\x1b[31mbad');
    expect(lastLine(tailOf('one\ntwo\n\x1b[2A'))).toBe('two');
    expect(lastLine(tailOf('99%\r\x1b[K'))).toBe('99%');
    expect(lastLine(tailOf('shown\n', '\x1b[?25h\x1b]0;\x07\n'))).toBe('shown');
    expect(lastLine(tailOf('\x1b[0m'))).toBe('');
  });

  it.each([
    ['tput sgr0 of an xterm', '\x1b(B\x1b[m'],
    ['tput sgr0 of a console', '\x1b[m\x0f'],
    ['a sequence in eight bits', '\x9b0m'],
    ['a keypad that is told', '\x1b=\x1b[?1h'],
    ['a text for the terminal alone', '\x1bP+q544e\x1b\\'],
    ['a title that is cut', '\x1b]0;buil'],
  ])('passes over %s', (_, sequence) => {
    expect(lastLine(tailOf(`why\n${sequence}`))).toBe('why');
    expect(lastLines(tailOf(`why\n${sequence}\n`), 20)).toEqual(['why']);
  });

  it('ends with a line that is not blank', () => {
    expect(lastLines(tailOf('a\n\nb\n\n\x1b[0m\n  \r\n'), 2)).toEqual(['', 'b']);
    expect(lastLines(tailOf(`why\n${'\n'.repeat(40)}`), 20)).toEqual(['why']);
  });

  it('cuts a long line', () => {
    expect(lastLines(tailOf('x'.repeat(5000)), 20)).toEqual(['x'.repeat(2048)]);
  });

  it('finds the last line that is not blank', () => {
    expect(lastLine(tailOf('a\nb\n\n  \n'))).toBe('b');
    expect(lastLine(tailOf('a\nb', '\n', '\n'))).toBe('b');
    expect(lastLine(tailOf(`${'x'.repeat(2000)}\nlast`, ' words'))).toBe('last words');
    expect(lastLine(tailOf('only'))).toBe('only');
    expect(lastLine(tailOf())).toBe('');
  });

  it('holds little, whatever is printed: a flood of large pieces', () => {
    const tail = createTail();
    for (let n = 0; n < 1000; n++) append(tail, `${'y'.repeat(65_530)}\n${n}\n`);
    expect(tail.length).toBeLessThan(110_000);
    expect(lastLine(tail)).toBe('999');
  });

  it('holds few pieces of a step that prints byte by byte', () => {
    const tail = createTail();
    for (let n = 0; n < 200_000; n++) append(tail, n % 10 === 9 ? '\n' : 'z');
    expect(tail.pieces.length).toBeLessThan(50);
    expect(lastLines(tail, 20)).toEqual(Array(20).fill('z'.repeat(9)));
  });
});

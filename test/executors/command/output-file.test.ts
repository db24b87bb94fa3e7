/** Laws of the file `$RUNJOBS_OUTPUT`. */
import { describe, expect, it } from 'vitest';
import { assignmentsIn } from '../../../src/executors/command/output-file.ts';

const NAMES = ['A', 'B', 'LONG_NAME'];

const read = (text: string) => {
  const saving = assignmentsIn(text, NAMES);
  return saving.type === 'saved' ? saving.values : saving.message;
};

describe('$RUNJOBS_OUTPUT', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['A=1\n', { A: '1' }],
    ['A=1', { A: '1' }],
    ['A=\n', { A: '' }],
    ['\nA=1\n\nB=2\n', { A: '1', B: '2' }],
    ['A=1\nA=2\n', { A: '2' }],
    ['A=x=y<<z "q" $d `b` \\n\n', { A: 'x=y<<z "q" $d `b` \\n' }],
    ['A= spaces stay \n', { A: ' spaces stay ' }],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['A<<END\none\ntwo=2\n\nEND\nB=3\n', { A: 'one\ntwo=2\n', B: '3' }],
    ['A<<END\nEND\n', { A: '' }],
    ['A<<END\n\nEND\n', { A: '' }],
    ['A<<END\nENDE\n END\nEND', { A: 'ENDE\n END' }],
    ['A<<E\r\none\r\ntwo\r\nE\r\n', { A: 'one\ntwo' }],
    ['A<<E\none\r\ntwo\r\nE\n', { A: 'one\r\ntwo\r' }],
    ['A<<E\nB<<E\nE\n', { A: 'B<<E' }],
    ['A=one\u2028two 𝄞\n', { A: 'one\u2028two 𝄞' }],
    ['A<<=\nx\n=\n', { A: 'x' }],
  ])('%j holds %j', (text, values) => {
    expect(read(text)).toEqual(values);
  });

  it.each([
    ['A=1\nB 2\n', 'save: $RUNJOBS_OUTPUT: line 2 is no NAME=value and no NAME<<END: "B 2"'],
    ['A<<\n', 'save: $RUNJOBS_OUTPUT: line 1 is no NAME=value and no NAME<<END: "A<<"'],
    ['1A=1\n', 'save: $RUNJOBS_OUTPUT: line 1 is no NAME=value and no NAME<<END: "1A=1"'],
    [
      'LONG_NAM=1\n',
      'save: $RUNJOBS_OUTPUT: line 1 sets "LONG_NAM", which is not in "save", did you mean "LONG_NAME"?',
    ],
    ['OTHER=1\n', 'save: $RUNJOBS_OUTPUT: line 1 sets "OTHER", which is not in "save"; add it there, or take it out'],
    ['A<<END\none\n', 'save: $RUNJOBS_OUTPUT: "A<<" in line 1 has no end: no line "END" follows'],
    [
      `A=${'x'.repeat(96 * 1024 + 1)}\n`,
      'save: A: the value is 97 KiB, and a variable holds 96 KiB at most; write it to a file with "saveTo: FILE"',
    ],
  ])('%.30j is a failure', (text, fault) => {
    expect(read(text)).toBe(fault);
  });

  it('is read in time that grows with its size only', () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `A<<E${index}\n${index}\nE${index}\n`);
    expect(read(lines.join(''))).toEqual({ A: '49999' });
  });
});

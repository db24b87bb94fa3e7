import { describe, expect, it } from 'vitest';
import { holdable } from '../../src/cli/held.ts';

function stage() {
  const taken: string[] = [];
  const sink = holdable({
    isGone: false,
    write: chunk => {
      taken.push(String(chunk));
      return undefined;
    },
    flush: () => Promise.resolve(),
  });
  return { sink, taken };
}

describe('a sink that is held', () => {
  it('writes nothing before it is released, then all of it in order, and goes on as before', async () => {
    const { sink, taken } = stage();
    void sink.write('a\n');
    sink.hold();
    void sink.write('b\n');
    void sink.write(Buffer.from('c\n'));
    await sink.flush();
    expect(taken).toEqual(['a\n']);
    sink.release();
    void sink.write('d\n');
    expect(taken.join('')).toBe('a\nb\nc\nd\n');
    sink.release();
    expect(taken.join('')).toBe('a\nb\nc\nd\n');
  });

  it('asks nobody to wait, keeps the latest lines in little memory, and counts what it has left out', () => {
    const { sink, taken } = stage();
    sink.hold();
    const line = `${'x'.repeat(99)}\n`;
    for (let index = 0; index < 100_000; index += 1) expect(sink.write(line)).toBeUndefined();
    void sink.write('last\n');
    sink.release();
    const [first = '', ...rest] = taken.join('').split('\n');
    expect(first).toMatch(/^… \d+ lines left out while a step had the terminal; all is in the logs$/);
    const leftOut = Number(/\d+/.exec(first)?.[0]);
    expect(rest.filter(Boolean)).toHaveLength(100_001 - leftOut);
    expect(rest.at(-2)).toBe('last');
    expect(taken.join('').length).toBeLessThan(300_000);
  });
});

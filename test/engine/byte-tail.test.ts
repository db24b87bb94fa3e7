import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createByteTail } from '../../src/engine/byte-tail.ts';

it('the end of a stream of bytes is what it is, in whatever pieces they come', () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom(...'abcdefghij'), maxLength: 40 }), { maxLength: 40 });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 1, max: 50 }), (texts, most) => {
      const tail = createByteTail(most);
      const reused = new Uint8Array(64);
      for (const text of texts) {
        const { length } = Buffer.from(text);
        reused.set(Buffer.from(text));
        tail.append(reused.subarray(0, length));
        reused.fill(0);
      }
      expect(tail.text()).toBe(texts.join('').slice(-most));
    }),
  );
});

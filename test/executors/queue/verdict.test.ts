import { describe, expect, it } from 'vitest';
import { type Standing, verdictOn } from '../../../src/executors/queue/verdict.ts';

const running: Standing = {
  isThere: true,
  isStalled: false,
  hasStarted: true,
  isWorkerAlive: true,
  isAdded: true,
  forMs: 0,
};

const verdict = (changes: Partial<Standing>) => verdictOn({ ...running, ...changes }).type;

describe('what becomes of an open job', () => {
  it('nothing, as long as it waits or runs, for however long', () => {
    expect(verdict({ forMs: 1e9 })).toBe('wait');
    expect(verdict({ hasStarted: false, isWorkerAlive: false, forMs: 1e9 })).toBe('wait');
  });

  it('it is lost when its worker is gone, but not before a last word could have come', () => {
    const gone = { isStalled: true, isWorkerAlive: false };
    expect(verdict({ ...gone, forMs: 100 })).toBe('wait');
    expect(verdictOn({ ...running, ...gone, forMs: 2000 })).toEqual({
      type: 'lost',
      words: expect.stringMatching(/its worker is gone, and it may have run/),
    });
    expect(verdict({ ...gone, failedReason: 'job stalled more than allowable limit', forMs: 2000 })).toBe('lost');
  });

  it('a worker that is there again has the last word, for ten seconds', () => {
    expect(verdict({ isStalled: true, forMs: 9000 })).toBe('wait');
    expect(verdict({ isStalled: true, forMs: 11_000 })).toBe('lost');
  });

  it('it is added again when it never came into the queue, and has vanished when Redis has lost it', () => {
    expect(verdict({ isThere: false, isAdded: false })).toBe('add');
    expect(verdict({ isThere: false, forMs: 100 })).toBe('wait');
    expect(verdict({ isThere: false, isWorkerAlive: false, forMs: 2000 })).toBe('vanished');
  });

  it('it is refused when a worker says why', () => {
    expect(verdictOn({ ...running, failedReason: 'refused: this worker is too old', forMs: 2000 })).toEqual({
      type: 'refused',
      words: 'this worker is too old',
    });
  });

  it('it is lost when its worker could not go on, as that may be when the command has run', () => {
    expect(verdictOn({ ...running, failedReason: 'ERR odd', forMs: 11_000 })).toEqual({
      type: 'lost',
      words: expect.stringMatching(/its worker could not go on \(ERR odd\), and it may have run/),
    });
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { ownSignals, type SignalOwner } from '../../src/cli/signals.ts';

let owner: SignalOwner | undefined;
afterEach(() => {
  owner?.release();
  vi.restoreAllMocks();
});

/** Sends signals at these times, in milliseconds; returns what came of them. */
function sent(...signals: readonly (readonly [NodeJS.Signals, number])[]): string[] {
  const done: string[] = [];
  const now = vi.spyOn(performance, 'now');
  owner?.release();
  owner = ownSignals();
  owner.direct({ cancel: () => done.push('cancel'), kill: () => done.push('kill') });
  for (const [signal, at] of signals) {
    now.mockReturnValue(at);
    process.emit(signal, signal);
  }
  return done;
}

describe('signals', () => {
  it('cancel at the first, and kill at the second', () => {
    expect(sent(['SIGTERM', 0], ['SIGTERM', 500])).toEqual(['cancel', 'kill']);
    expect(sent(['SIGINT', 0], ['SIGINT', 20])).toEqual(['cancel', 'kill']);
    expect(sent(['SIGTERM', 0], ['SIGINT', 20])).toEqual(['cancel', 'kill']);
  });

  it('that timeout(1) sends to its command and to its process group are one', () => {
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      expect(sent([signal, 0], [signal, 0], [signal, 99])).toEqual(['cancel']);
      expect(sent([signal, 0], [signal, 10], [signal, 101])).toEqual(['cancel', 'kill']);
    }
  });
});

/** What workers tell of steps that a resumed run has not come back to yet: kept until it does. */
import type { Entry } from './entry.ts';

export interface Early {
  /**
   * Keeps the entry where it is of such a step. @param before the position of the stream before it.
   * Returns whether it was kept; where there is too much already, it is only said to be missing later.
   */
  take(entry: Entry, before: string): boolean;
  /** The run has come back to the step: what was kept of it, in order. */
  claim(job: string): readonly Entry[];
  /** The position before the first entry that is kept: were this root killed, too, the next one would read on from there. */
  readonly position: string | undefined;
}

/** More than that of output is not kept in memory. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** @param jobs those that the run that was broken off had given away. */
export function openEarly(jobs: Iterable<string>): Early {
  const awaited = new Set(jobs);
  let kept: { readonly entry: Entry; readonly before: string }[] = [];
  let bytes = 0;
  const sizeOf = ({ told }: Entry) => (told.type === 'output' ? told.bytes.length : 0);
  return {
    take(entry, before) {
      if (!awaited.has(entry.job)) return false;
      if (bytes + sizeOf(entry) > KEPT_BYTES) return true;
      bytes += sizeOf(entry);
      kept.push({ entry, before });
      return true;
    },
    claim(job) {
      if (!awaited.delete(job)) return [];
      const own = kept.filter(({ entry }) => entry.job === job).map(({ entry }) => entry);
      kept = kept.filter(({ entry }) => entry.job !== job);
      for (const entry of own) bytes -= sizeOf(entry);
      return own;
    },
    get position() {
      return kept[0]?.before;
    },
  };
}

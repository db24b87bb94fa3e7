/** What is said of runs that were removed, and of those that were not. */
import { formatBytes } from './sizes.ts';

/** Ids of runs, by what has become of them. */
export interface Cleaned {
  readonly removed: readonly string[];
  /** What they took on disk. */
  readonly bytes: number;
  readonly alive: readonly string[];
  /** Nothing is known of them yet. */
  readonly starting: readonly string[];
  /** Left, as they could be gone on with. */
  readonly died: readonly string[];
  /** They cannot be removed. */
  readonly stuck: readonly string[];
}

const LISTED = 20;

/** One line for all, then those that stay. @param isDry nothing was removed, it is only told what would be. */
export function cleanedWords({ removed, bytes, alive, starting, died, stuck }: Cleaned, isDry: boolean): string {
  const lines = [
    removed.length === 0
      ? 'nothing to remove'
      : `${isDry ? 'would remove' : 'removed'} ${runs(removed.length)}, ${formatBytes(bytes)}`,
    ...(isDry ? removed.map(id => `  ${id}`) : []),
    ...listed(alive, 'stays: it is alive'),
    ...listed(starting, 'stays: it may be about to start; try again in some seconds'),
    ...listed(died, id => `stays: it died, and "runjobs resume ${id}" may go on with it; --all removes it as well`),
    ...listed(stuck, 'stays: it cannot be removed'),
  ];
  return `${lines.join('\n')}\n`;
}

function listed(ids: readonly string[], why: string | ((id: string) => string)): string[] {
  const more = ids.length > LISTED ? [`… ${ids.length - LISTED} more of these`] : [];
  return [...ids.slice(0, LISTED).map(id => `${id} ${typeof why === 'string' ? why : why(id)}`), ...more];
}

function runs(count: number): string {
  return count === 1 ? '1 run' : `${count} runs`;
}

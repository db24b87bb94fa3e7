/** What arrives from the workers of a run, entry by entry: handed to its job, and noted how far that has come. */
import type { Dispatches } from './dispatches.ts';
import type { Early } from './early.ts';
import type { Entry } from './entry.ts';
import type { Jobs } from './jobs.ts';
import type { EntryPlace } from './reader.ts';

export interface ArrivalsOptions {
  readonly dispatches: Dispatches;
  readonly jobs: Jobs;
  readonly early: Early;
  /** Bytes that the log of a step has by now. */
  readonly logSize: (path: string) => number;
}

export interface Arrivals {
  /** A returned promise asks for no more until it resolves. */
  take(entry: Entry, place: EntryPlace): Promise<void> | undefined;
  /** The entry at the position, and all before, have been dealt with. Returns up to where nobody needs them any more. */
  moveTo(position: string): string;
}

/** Opens them before anything of the run is written to a log. */
export function openArrivals({ dispatches, jobs, early, logSize }: ArrivalsOptions): Arrivals {
  const { inDoubt } = dispatches;
  /** The root that was killed had written it. */
  const written = inDoubt !== undefined && logSize(inDoubt.path) > inDoubt.size ? inDoubt.id : undefined;
  return {
    take(entry, { id, before }) {
      if (id === written || early.take(entry, before)) return undefined;
      const path = entry.told.type === 'output' ? jobs.all.get(entry.job)?.path : undefined;
      if (path !== undefined) dispatches.begin({ id, path, size: logSize(path) });
      return jobs.take(entry.job, entry.seq, entry.told);
    },
    moveTo(position) {
      const done = early.position ?? position;
      dispatches.moveTo(done);
      return done;
    },
  };
}

/** What the steps of a run have printed, whether they have logs of their own or share one. */
import { closeSync, fstatSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { append, createTail, lastLines } from '../events/tail.ts';
import { type LogReader, openLogReader, readAt } from './log-reader.ts';
import { logName, logPlace } from './logs.ts';
import { openIfThere } from './open-if-there.ts';
import { RUN_FILES } from './runs.ts';
import { openIndex, openSharedReader, type SharedIndex } from './shared-log-reader.ts';

const CHUNK = 64 * 1024;
const NOTHING = Buffer.alloc(0);
/** So many shared logs are kept in mind: copies are read in their order, a thousand of each log. */
const KEPT = 2;

const TAIL_LINES = 20;

export interface RunLogs {
  /** Reads what a step has printed; one that has printed nothing yet has no bytes. @param from the `position` of an earlier reader. */
  open(step: string, from?: number): LogReader;
  /** The file that holds it; undefined where there is none. */
  file(step: string): string | undefined;
  /** The last lines of it; none where there are none or they cannot be read. */
  tail(step: string, count: number): string[];
  close(): void;
}

/** The logs below the folder of a run. @param maxLog what the log of a step may hold, as its plan says. */
export function openRunLogs(folder: string, maxLog?: number): RunLogs {
  const shared = new Map<string, SharedIndex>();
  const indexOf = (file: string): SharedIndex => {
    const index = shared.get(file) ?? openIndex(file);
    shared.delete(file);
    shared.set(file, index);
    for (const [oldest, other] of shared) {
      if (shared.size <= KEPT) break;
      other.close();
      shared.delete(oldest);
    }
    return index;
  };
  const own = (step: string) => join(folder, RUN_FILES.logs, logName(step));
  const isOwn = (step: string) => lstatSync(own(step), { throwIfNoEntry: false })?.isFile() === true;
  const sharedOf = (step: string) => {
    const { shared: name, key } = logPlace(step);
    return name === undefined ? undefined : { file: join(folder, RUN_FILES.logs, name), key };
  };

  const open = (step: string, from = 0): LogReader => {
    const place = sharedOf(step);
    if (place === undefined || isOwn(step)) return openLogReader(own(step), maxLog, from);
    return openSharedReader(() => indexOf(place.file), place.key, from);
  };
  return {
    open,
    file(step) {
      if (isOwn(step)) return own(step);
      const place = sharedOf(step);
      return place !== undefined && indexOf(place.file).pieces(place.key).length > 0 ? place.file : undefined;
    },
    tail(step, count) {
      const tail = createTail();
      try {
        const place = sharedOf(step);
        const bytes = place === undefined || isOwn(step) ? endOf(own(step)) : indexOf(place.file).end(place.key);
        append(tail, bytes.toString());
      } catch {
        // It has printed nothing that can be read.
      }
      return lastLines(tail, count);
    },
    close() {
      for (const index of shared.values()) index.close();
      shared.clear();
    },
  };
}

/** The end of a log of its own. */
function endOf(path: string): Buffer {
  const file = openIfThere(path);
  if (file === undefined) return NOTHING;
  try {
    return readAt(file, Math.max(0, fstatSync(file).size - CHUNK), CHUNK) ?? NOTHING;
  } finally {
    closeSync(file);
  }
}

/** The last lines that a step of the run in a folder has printed, for those whom `notify` names. */
export function tailOf(folder: string, step: string): readonly string[] {
  const logs = openRunLogs(folder);
  const tail = logs.tail(step, TAIL_LINES);
  logs.close();
  return tail;
}

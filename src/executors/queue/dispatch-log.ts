/** `queue.ndjson` in a run's folder: one line for each thing that happened to a job, so that a resumed run knows of it. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StartFacts } from '../../engine/executor.ts';
import { damaged } from './damaged.ts';
import type { Result } from './entry.ts';
import type { QueueName } from './name.ts';

const FILE = 'queue.ndjson';

/** Jobs go by their numbers. */
export type Line =
  | { readonly queue: QueueName }
  | { readonly given: number; readonly attempt: string; readonly label: string }
  | { readonly added: number }
  | { readonly started: number; readonly facts: StartFacts }
  | { readonly left: number }
  | { readonly ended: number; readonly result: Result }
  | { readonly done: number };

export interface DispatchLog {
  note(line: Line): void;
  close(): void;
}

export interface DispatchLogOptions {
  /** Each note is safe against a loss of power before the step is given away. */
  readonly durable: boolean;
  /** Something could not be noted: nothing more may be given away. */
  readonly onFailure: (error: unknown) => void;
}

/** Opens it to write on. @throws the file system's error. */
export function openDispatchLog(folder: string, { durable, onFailure }: DispatchLogOptions): DispatchLog {
  const file = openSync(join(folder, FILE), 'a', 0o600);
  return {
    note(line) {
      try {
        writeSync(file, `${JSON.stringify(line)}\n`);
        if (durable && 'given' in line) fsyncSync(file);
      } catch (error) {
        onFailure(error);
      }
    },
    close: () => closeSync(file),
  };
}

/** What the lines come to. */
export interface Known {
  readonly queue: QueueName | undefined;
  /** So many were given away. */
  readonly count: number;
  readonly open: readonly OpenDispatch[];
}

/** An attempt that was given away, and of whose end nobody has made use. */
export interface OpenDispatch {
  readonly number: number;
  readonly attempt: string;
  readonly label: string;
  isAdded: boolean;
  wasLeft: boolean;
  started?: StartFacts;
  result?: Result;
}

/**
 * Reads it back; a torn last line never happened. @throws where it is damaged, in words.
 * @param isAnswered workers have told of jobs: something had been given to them.
 */
export function readDispatchLog(folder: string, { isAnswered }: { readonly isAnswered: boolean }): Known {
  const path = join(folder, FILE);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const open = new Map<number, OpenDispatch>();
  let queue: QueueName | undefined;
  let count = 0;
  for (const written of text.split('\n').slice(0, -1)) {
    const line = lineIn(written);
    if (line === undefined) throw damaged(path);
    if ('queue' in line) {
      if (typeof line.queue?.address !== 'string') throw damaged(path);
      queue = line.queue;
    } else if ('given' in line) {
      count = line.given;
      open.set(line.given, {
        number: line.given,
        attempt: line.attempt,
        label: line.label,
        isAdded: false,
        wasLeft: false,
      });
    } else if ('added' in line) Object.assign(open.get(line.added) ?? {}, { isAdded: true });
    else if ('left' in line) Object.assign(open.get(line.left) ?? {}, { wasLeft: true });
    else if ('started' in line) Object.assign(open.get(line.started) ?? {}, { started: line.facts });
    else if ('ended' in line) Object.assign(open.get(line.ended) ?? {}, { result: line.result });
    else open.delete(line.done);
  }
  if (queue === undefined && isAnswered) throw damaged(path);
  return { queue, count, open: [...open.values()] };
}

function lineIn(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}

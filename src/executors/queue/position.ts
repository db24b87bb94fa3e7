/** `queue.position` in a run's folder: how far its stream has been read, and what was being written to a log then. */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { damaged } from './damaged.ts';

/** What the file holds. */
export interface Position {
  /** The stream is read on from there. */
  readonly position: string;
  /** The entry behind it, which was being written to the log of a step that was so long then. */
  readonly inDoubt: InDoubt | undefined;
}

/** An entry of which a root that was killed had perhaps written what it holds. */
export interface InDoubt {
  /** In the stream. */
  readonly id: string;
  /** Of the step. */
  readonly path: string;
  /** Bytes of its log. */
  readonly size: number;
}

export interface PositionFile {
  /** An entry will be written to a log: call before. */
  begin(entry: InDoubt): void;
  /** Everything up to there has been dealt with. */
  moveTo(position: string): void;
  close(): void;
}

/** Where nothing was read yet. */
export const START: Position = { position: '0-0', inDoubt: undefined };

const FILE = 'queue.position';
/** What is written over the last time; a longer path is left in doubt. */
const POSITION_BYTES = 512;

/** The position of a run; undefined where nothing was read yet. @throws where it is damaged, in words. */
export function readPosition(folder: string): Position | undefined {
  const path = join(folder, FILE);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (text.trim() === '') return undefined;
  try {
    const { position, inDoubt } = JSON.parse(text) as Position;
    return { position, inDoubt };
  } catch {
    throw damaged(path);
  }
}

/**
 * Opens the file of a run whose stream has been read up to a position. @throws the file system's error.
 * @param onFailure is told what could not be written.
 */
export function openPosition(
  folder: string,
  { from, onFailure }: { readonly from: string; readonly onFailure: (error: unknown) => void },
): PositionFile {
  const path = join(folder, FILE);
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  let at = from;
  const keep = (kept: Position) => {
    const text = JSON.stringify(kept);
    try {
      if (text.length < POSITION_BYTES) writeSync(file, text.padEnd(POSITION_BYTES), 0);
    } catch (error) {
      onFailure(error);
    }
  };
  return {
    begin: entry => keep({ position: at, inDoubt: entry }),
    moveTo(position) {
      at = position;
      keep({ position, inDoubt: undefined });
    },
    close: () => closeSync(file),
  };
}

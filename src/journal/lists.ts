/** The lists of forEach steps, below the run's folder: one JSON object a line, the variables of the copy of that number. */
import { closeSync, constants, openSync, readFile, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ListItems, ListRead, ListStore } from '../engine/executor.ts';
import { Lines } from '../plan/lines.ts';
import { makeOwnFolder } from './folders.ts';
import { logName } from './logs.ts';
import { RUN_FILES } from './runs.ts';

const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
const CHUNK_LENGTH = 1 << 20;

/** The lists of the run in a folder. */
export function openLists(folder: string): ListStore {
  const made = new Set<string>();
  let files = 0;
  const place = (name: string) => {
    const file = join(folder, name);
    const around = dirname(file);
    if (!made.has(around)) makeOwnFolder(around);
    made.add(around);
    return file;
  };
  return {
    newFile(step) {
      files += 1;
      return place(`${nameOf(step)}.${files}.out`);
    },
    discard: file => rmSync(file, { force: true }),
    keep(step, items, holdsSecret) {
      const name = nameOf(step);
      const draft = place(`${name}.new`);
      try {
        if (!isWritten(draft, items, holdsSecret)) return undefined;
        renameSync(draft, join(folder, name));
        return name;
      } finally {
        rmSync(draft, { force: true });
      }
    },
    read: name => read(join(folder, name)),
  };
}

function nameOf(step: string): string {
  return `${RUN_FILES.lists}/${logName(step).replace(/\.log$/, '.ndjson')}`;
}

/** Whether all items could be written; false at the first one that holds a secret. */
function isWritten(file: string, items: ListItems, holdsSecret: (text: string) => boolean): boolean {
  const descriptor = openSync(file, O_CREAT | O_TRUNC | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  try {
    let chunk = '';
    for (let index = 0; index < items.count; index += 1) {
      const values = items.at(index);
      for (const name in values) if (holdsSecret(values[name] ?? '')) return false;
      chunk += `${JSON.stringify(values)}\n`;
      if (chunk.length < CHUNK_LENGTH) continue;
      write(descriptor, chunk);
      chunk = '';
    }
    write(descriptor, chunk);
    return true;
  } finally {
    closeSync(descriptor);
  }
}

function write(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

async function read(file: string): Promise<ListRead> {
  try {
    const lines = new Lines(await promisify(readFile)(file));
    return { type: 'read', items: { count: lines.count, at: index => JSON.parse(lines.at(index)) } };
  } catch (error) {
    return { type: 'failed', message: `"${file}" cannot be read: ${(error as Error).message}` };
  }
}

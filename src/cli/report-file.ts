/** The file of a reporter: it appears under its name when it is complete, in one step; until then it grows beside it. */
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  createWriteStream,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../plan/make-folder.ts';
import type { FileSink } from '../reporters/reporter.ts';
import { createSink } from './sink.ts';

/** Where names stand for what is open already, or for devices. */
const NO_FILES = /^\/(?:dev|proc)\//;

/**
 * Opens a sink whose text takes the place of the file at `end()`; its folder is made where it is missing. What is no regular file, such as a pipe, is written to
 * as the text comes. A process that exits before `end()` leaves what had been there.
 * @param onFailure told once when it cannot be written; then nothing takes the place of what had been there.
 * @throws the file system's error when it cannot be opened.
 */
export function openReportFile(path: string, onFailure: (error: NodeJS.ErrnoException) => void): FileSink {
  const file = placeOf(path);
  const own = descriptorIn(path);
  if (own !== undefined) {
    // Opened anew by its name, a file would be emptied, and written to from its beginning.
    fstatSync(own);
    const { write, flush } = createSink(createWriteStream(path, { fd: own, autoClose: false }), onFailure);
    return { write, flush, end: flush };
  }
  if (file === undefined) {
    const stream = createWriteStream(path, { fd: openAsItIs(path) });
    const { write, flush } = createSink(stream, onFailure);
    return { write, flush, end: () => flush().then(() => closed(stream)) };
  }
  const part = `${file.path}.${process.pid}.part`;
  const remove = () => rmSync(part, { force: true });
  makeFolder(dirname(part));
  remove();
  let hasFailed = false;
  const stream = createWriteStream(part, { fd: openSync(part, 'wx', file.mode) });
  const fail = (error: NodeJS.ErrnoException) => {
    hasFailed = true;
    onFailure(error);
  };
  const sink = createSink(stream, fail);
  process.on('exit', remove);
  let ending: Promise<void> | undefined;
  const end = async () => {
    await sink.flush();
    await closed(stream);
    if (!hasFailed) {
      try {
        replace(part, file.path);
      } catch (error) {
        fail(error as NodeJS.ErrnoException);
      }
    }
    remove();
    process.off('exit', remove);
  };
  return {
    write: sink.write,
    flush: sink.flush,
    end() {
      ending ??= end();
      return ending;
    },
  };
}

/** The descriptor of ours that a path stands for. */
function descriptorIn(path: string): number | undefined {
  const match = /^\/(?:dev\/(std(?:out|err)|fd\/(\d+))|proc\/self\/fd\/(\d+))$/.exec(resolve(path));
  if (match === null) return undefined;
  const [, name, ofDev, ofProc] = match;
  return name === 'stdout' ? 1 : name === 'stderr' ? 2 : Number(ofDev ?? ofProc);
}

/**
 * Opens what is no regular file. A named pipe that nobody reads would keep us until somebody does, deaf to every signal.
 * @throws the file system's error; ENXIO where nobody reads.
 */
function openAsItIs(path: string): number {
  if (statSync(path, { throwIfNoEntry: false })?.isFIFO()) {
    const probe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      return openSync(path, 'w');
    } finally {
      closeSync(probe);
    }
  }
  return openSync(path, 'w');
}

/** Ends the stream; resolves when its descriptor is closed, also where it broke before. */
function closed(stream: WriteStream): Promise<void> {
  return new Promise(done => {
    if (stream.closed) done();
    else stream.on('close', () => done()).end();
  });
}

/** Where the file lies, past links, and its mode; undefined where it is no regular one. */
function placeOf(path: string): { readonly path: string; readonly mode: number } | undefined {
  const absolute = resolve(path);
  if (NO_FILES.test(absolute)) return undefined;
  const there = statSync(absolute, { throwIfNoEntry: false });
  if (there === undefined) return { path: absolute, mode: 0o644 };
  if (!there.isFile()) return undefined;
  accessSync(absolute, constants.W_OK);
  return { path: realpathSync(absolute), mode: there.mode & 0o777 };
}

/** A file that cannot be replaced, as it is mounted by itself, is overwritten. */
function replace(part: string, file: string): void {
  try {
    renameSync(part, file);
  } catch {
    copyFileSync(part, file);
  }
}

// Prints so many MiB as fast as it can: `lines` of 64 bytes, or one `line` without an end. No two KiB are the same.
// With a file named, it writes into it how many MiB have been taken from it so far.
import { closeSync, openSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const MIB = 1024 * 1024;

/** What is printed, in pieces of 1 MiB; the same buffer each time. */
export function* pieces(count, shape) {
  const piece = Buffer.alloc(MIB, `${'abcdefghijklmnop'.repeat(4).slice(1)}${shape === 'lines' ? '\n' : '.'}`);
  for (let index = 0; index < count; index += 1) {
    for (let at = 0; at < MIB; at += 1024) piece.write(String(index * 1024 + at / 1024).padStart(8, '0'), at);
    yield piece;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , count, shape, progress] = process.argv;
  const file = progress === undefined ? undefined : openSync(progress, 'w');
  let printed = 0;
  for (const piece of pieces(Number(count), shape)) {
    for (let at = 0; at < MIB; ) at += writeSync(1, piece, at);
    printed += 1;
    if (file !== undefined) writeSync(file, String(printed).padStart(8), 0);
  }
  if (file !== undefined) closeSync(file);
}

// Writes so many megabytes to stdout as fast as it can, or for ever without a number.
import { writeSync } from 'node:fs';

const megabyte = Buffer.alloc(1024 * 1024, 'flood\n');
const count = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
for (let written = 0; written < count; written += 1) {
  for (let at = 0; at < megabyte.length; ) at += writeSync(1, megabyte, at);
}

/** The text of a list: UTF-8 without NUL, which no variable can hold. */
import { isUtf8 } from 'node:buffer';
import { Unfit } from '../../plan/open-whole.ts';
import { readBytes } from '../../plan/read-bytes.ts';
import { BadList } from './bad-list.ts';

/** Node reads no more at once. */
const BYTES_MAX = 2 ** 31 - 1;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export type TextSource = {
  /** How people are told of it. */
  readonly what: string;
} & ({ readonly file: string } | { readonly text: string });

/** The text without its byte order mark. @throws {BadList} */
export async function readText(source: TextSource): Promise<Buffer> {
  const { what } = source;
  const bytes = 'text' in source ? Buffer.from(source.text) : await bytesOf(source.file, what);
  const nul = bytes.indexOf(0);
  if (nul !== -1) throw new BadList(`${what} holds a NUL in line ${lineAt(bytes, nul)}; a variable can hold none`);
  if (!isUtf8(bytes)) throw new BadList(`${what} is not UTF-8; save it as UTF-8`);
  return bytes.subarray(0, 3).equals(MARK) ? bytes.subarray(3) : bytes;
}

async function bytesOf(file: string, what: string): Promise<Buffer> {
  try {
    const read = await readBytes(file, BYTES_MAX, 'nameless');
    if (read !== undefined) return read.bytes;
  } catch (error) {
    if (error instanceof Unfit) throw new BadList(`${what} cannot be read: ${error.message}`);
    throw new BadList(`${what} ${whyNot(error as NodeJS.ErrnoException)}`);
  }
  throw new BadList(`${what} is larger than 2 GiB`);
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return "does not exist; paths start from the plan's folder";
    case 'EISDIR':
      return 'is a folder; name a file in it, or use glob for the files in it';
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read: no permission';
    default:
      return `cannot be read: ${message}`;
  }
}

function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}

/** Bodies of `multipart/form-data` (RFC 7578), their files streamed. */
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { HttpPart } from '../../plan/plan.ts';
import type { FileToSend, NothingToSend } from './file-to-send.ts';

const CRLF = '\r\n';

export interface MultipartPayload {
  readonly contentType: string;
  readonly length: number;
  open(): Readable;
}

/** @param boundary what stands between the parts, and in none of them. @param find finds a file by its path. */
export function multipartOf(
  parts: readonly HttpPart[],
  boundary: string,
  find: (path: string) => FileToSend | NothingToSend,
): MultipartPayload | NothingToSend {
  const pieces: (Buffer | FileToSend)[] = [];
  for (const part of parts) {
    const file = part.type === 'file' ? find(part.path) : undefined;
    if (file !== undefined && 'fault' in file) return file;
    pieces.push(Buffer.from(`--${boundary}\r\n${headOf(part)}\r\n\r\n`));
    pieces.push(file ?? Buffer.from(part.type === 'text' ? part.text : ''), Buffer.from(CRLF));
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: pieces.reduce((sum, piece) => sum + (Buffer.isBuffer(piece) ? piece.length : piece.size), 0),
    open: () => Readable.from(bytesOf(pieces), { objectMode: false }),
  };
}

async function* bytesOf(pieces: readonly (Buffer | FileToSend)[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) yield piece;
    else yield* piece.read();
  }
}

function headOf(part: HttpPart): string {
  const disposition = `Content-Disposition: form-data; name="${escaped(part.name)}"`;
  if (part.type === 'text') {
    return part.contentType === undefined ? disposition : `${disposition}\r\nContent-Type: ${part.contentType}`;
  }
  const { path, fileName = basename(path), contentType = 'application/octet-stream' } = part;
  return `${disposition}; filename="${escaped(fileName)}"\r\nContent-Type: ${contentType}`;
}

/** As browsers do. Source: HTML, 4.10.21.8, multipart/form-data encoding algorithm. */
function escaped(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

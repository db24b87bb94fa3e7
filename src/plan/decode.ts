/** Makes text of a file's bytes, or says what else they are. */
import type { Finding } from './source.ts';

export type Decoded =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'binary'; readonly text: string; readonly finding: Finding };

/** UTF-8, with or without a byte order mark. Anything else is `binary`, with as much of it as is text. */
export function decode(bytes: Uint8Array): Decoded {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) return binary('', 'the file is UTF-16; save it as UTF-8');
  const text = new TextDecoder().decode(bytes);
  const nul = text.indexOf('\0');
  if (nul !== -1) return binary(text, 'a NUL character; a plan is text in UTF-8, is this the right file?', nul);
  if (text.includes('\ufffd') && !isUtf8(bytes)) {
    return binary(text, 'not UTF-8 from here on; save the file as UTF-8', text.indexOf('\ufffd'));
  }
  return { type: 'text', text };
}

function binary(text: string, message: string, at = 0): Decoded {
  return { type: 'binary', text, finding: { message, path: [], at } };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

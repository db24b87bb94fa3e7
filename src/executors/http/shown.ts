/** What an answer holds, as a message quotes it: short, cut only at its end, so that a secret in it is found and masked. */
import type { Json } from '../../plan/plan.ts';

const SHOWN_MAX = 200;

/** A value as JSON writes it. */
export function shown(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  // Too large a number has no other form in JSON than the one that was too large.
  const json = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return clipped(json);
}

/** A text as it is, cut where it is too long. */
export function clipped(text: string): string {
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}

/** A text in quotes. */
export function quoted(text: string): string {
  return JSON.stringify(clipped(text));
}

const EXCERPT_BYTES = 2048;

/** The first 2 KiB of a body, collected on its way. */
export class Excerpt {
  readonly #pieces: Uint8Array[] = [];
  #kept = 0;
  #total = 0;

  /** The bytes are copied. */
  take(bytes: Uint8Array): void {
    this.#total += bytes.length;
    // A Buffer's own slice would be a view.
    const piece = new Uint8Array(bytes.subarray(0, EXCERPT_BYTES - this.#kept));
    if (piece.length > 0) this.#pieces.push(piece);
    this.#kept += piece.length;
  }

  /** As text, with `…` where it goes on; undefined where there is nothing, or no text. */
  text(): string | undefined {
    const bytes = Buffer.concat(this.#pieces);
    if (bytes.length === 0 || bytes.includes(0)) return undefined;
    const isCut = this.#total > bytes.length;
    return new TextDecoder().decode(bytes, { stream: isCut }) + (isCut ? '…' : '');
  }
}

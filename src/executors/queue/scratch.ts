/** The folder of a worker for temporary files: what commands put aside is below it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoteText } from '../../plan/quote.ts';
import { whyUnwritable } from '../../plan/unwritable.ts';

export interface Scratch {
  readonly path: string;
  /** Removes it, with all that is in it. */
  remove(): void;
}

/** Makes it, or says in words why it cannot be made. */
export function makeScratch(): Scratch | { readonly fault: string } {
  try {
    const path = mkdtempSync(join(tmpdir(), 'runjobs-worker-'));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  } catch (error) {
    return {
      fault: `no folder can be made in ${quoteText(tmpdir())}: ${whyUnwritable(error)}; set TMPDIR to one that can be written`,
    };
  }
}

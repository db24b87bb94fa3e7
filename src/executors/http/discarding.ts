/** Bodies that nobody wants: read to their end where that is near, as the connection may be used again then. */
import type { HttpResponse } from './exchange.ts';

const MOST_BYTES = 128 * 1024;
const MOST_MS = 1000;

/** Resolves when the body has ended, or there is too much of it, or it takes too long: then it calls `hangUp`. Never rejects. */
export async function throwAway({ body }: HttpResponse, hangUp: () => void, limit = MOST_BYTES): Promise<void> {
  try {
    await body.dump({ limit, signal: AbortSignal.timeout(MOST_MS) });
  } catch {
    hangUp();
  }
}

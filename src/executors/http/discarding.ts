/** Bodies that nobody wants: read to their end where that is near, as the connection may be used again then. */
import type { HttpResponse } from './exchange.ts';

const MOST_BYTES = 128 * 1024;
const MOST_MS = 1000;

/** Resolves when the body has ended, or there is too much of it, or it takes too long: then it calls `hangUp`. Never rejects. */
export async function throwAway(
  { body, announced = 0 }: HttpResponse,
  hangUp: () => void,
  limit = MOST_BYTES,
): Promise<void> {
  if (announced > limit) return hangUp();
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(() => {
      size = Number.POSITIVE_INFINITY;
      resolve();
    }, MOST_MS);
  });
  const read = body.read(
    bytes => {
      size += bytes.length;
      return undefined;
    },
    () => size > limit,
  );
  try {
    await Promise.race([read, late]);
    if (size > limit) hangUp();
  } catch {
    hangUp();
  } finally {
    clearTimeout(timer);
  }
}

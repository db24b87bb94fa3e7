/** Asking Redis again for as long as it takes nothing. */
import { RECONNECT_MS } from './pace.ts';

/** Resolves as `ask` does, which is called again after each error of which `isForNow` says that it will pass. Rejects with any other. */
export async function patiently<T>(ask: () => Promise<T>, isForNow: (error: unknown) => boolean): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isForNow(error)) throw error;
      await new Promise(done => setTimeout(done, RECONNECT_MS));
    }
  }
}

/** Waiting for work, but not for ever. */

/** Resolves when the work has ended, however it has, or when so much time has passed. Never rejects. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work.catch(() => {}), new Promise(done => (timer = setTimeout(done, ms)))]);
  clearTimeout(timer);
}

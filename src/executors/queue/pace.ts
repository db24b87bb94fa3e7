/** How long everything takes: the same for all who share a queue, so that nobody makes the others wait. */

/** A worker that says nothing for so long has lost its job. */
export const LOCK_MS = 15_000;
/** So often somebody looks for such jobs. */
export const STALLED_CHECK_MS = 5000;
/** Longest wait between two tries to reach Redis. */
export const RECONNECT_MS = 1000;
/** A connection on which an answer is due for so long is dead; longer than any command waits in Redis. */
export const SILENCE_MS = 12_000;
/** A worker is there as long as its last word is no older, */
export const WORKER_TTL_MS = 15_000;
/** and it has one so often. */
export const WORKER_BEAT_MS = 5000;
/** The same of the root of a run. */
export const LEASE_TTL_MS = 30_000;
export const LEASE_BEAT_MS = 10_000;
/** So often the root asks what became of its open jobs. */
export const WATCH_MS = 2000;
/** So often a worker asks whether it has missed a word to stop. */
export const CANCEL_POLL_MS = 2000;
/** Output is sent on after so long, or so many bytes. */
export const BATCH_MS = 50;
export const BATCH_BYTES = 64 * 1024;
/** Bytes of one job that the root has not read yet: then its command has to wait. */
export const IN_FLIGHT_BYTES = 16 * 1024 * 1024;
/** What a run has left in Redis is gone after so long. */
export const KEPT_MS = 7 * 24 * 3600 * 1000;
/** Nobody takes a message that is older. */
export const MESSAGE_MS = 24 * 3600 * 1000;
/** A message is no longer than that. */
export const MESSAGE_BYTES = 256 * 1024;
/** So long nobody may have taken a job before the user is told that there is no worker. */
export const NO_WORKER_MS = 10_000;

/** Connections that are reset: undici takes that for the end of a body which has no length of its own, and no chunks. */

/** What such an error has for its code, in the place of ECONNRESET. */
export const RESET = 'CONNECTION_RESET';

/** By another name undici does not know it, and passes it on. Call before undici is told of the error. */
export function renameReset(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') error.code = RESET;
}

/** A TLS handshake that does not come to an end in time, told from a connection that is not accepted: undici calls both the same. */
import type { Connect } from './connection.ts';

/** The other side has accepted the connection, and does not finish the handshake. */
export class HandshakeSilent extends Error {
  readonly code = 'HANDSHAKE_SILENT';
  /** Whether it was held through a tunnel, so that it is not the proxy who is silent. */
  readonly isTunneled: boolean;

  constructor(isTunneled: boolean) {
    super('The TLS handshake did not come to an end');
    this.isTunneled = isTunneled;
  }
}

/** Connects as `connect` does, and fails with HandshakeSilent where the time runs out on an accepted connection. */
export function tellHandshake(connect: Connect): Connect {
  return (options, callback) => {
    const isTunneled = options.httpSocket !== undefined;
    let isAccepted = isTunneled;
    const socket = connect(options, (...[error, made]) => {
      if (error === null) return callback(null, made);
      const isLate = (error as NodeJS.ErrnoException).code === 'UND_ERR_CONNECT_TIMEOUT';
      callback(isLate && isAccepted ? new HandshakeSilent(isTunneled) : error, null);
    });
    socket.once('connect', () => {
      isAccepted = true;
    });
    return socket;
  };
}

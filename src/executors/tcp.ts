/** Asks whether something listens at an address. */
import { connect } from 'node:net';
import type { Reach } from '../engine/executor.ts';
import type { Address } from '../plan/address.ts';

/** Connects and hangs up, see {@link Reach}. The socket is closed when this resolves. */
export const reach: Reach = (address, stop) =>
  new Promise(resolve => {
    let answer: string | undefined = 'it was not asked to the end';
    const socket = connect(address);
    const hangUp = () => void socket.destroy();
    socket.once('connect', () => {
      answer = undefined;
      hangUp();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (stop.cancelled === undefined) answer = whyNot(error, address);
    });
    socket.once('close', () => {
      forget();
      resolve(answer);
    });
    const forget = stop.whenCancelled(hangUp);
  });

function whyNot({ code, message }: NodeJS.ErrnoException, { host, port }: Address): string {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens on ${where}`;
    case 'ENOTFOUND':
      return `no host is called "${host}"`;
    case 'EAI_AGAIN':
      return `no name server could be asked for "${host}"`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no route leads to ${where}`;
    default:
      return `${where}: ${message}`;
  }
}

/** The run's one HTTP session: the connections that its requests share, each serving one request at a time. */
import { buildConnector } from 'undici';
import { type Connect, Connection } from './connection.ts';

/** Milliseconds a server may take to accept a connection; all other time belongs to the engine's clock. */
export const CONNECT_TIMEOUT_MS = 10_000;

export interface Session {
  /** A connection to the origin for the caller alone: the one that was given back last, else a new one. */
  borrow(origin: string): Connection;
  /** A connection that nobody has used before. */
  open(origin: string): Connection;
  /** Takes a connection back after a response that was read to its end. */
  giveBack(connection: Connection): void;
  /** Closes a connection, whatever it is doing. Resolves when its socket is closed; never rejects. */
  discard(connection: Connection): Promise<void>;
  /** Discards every connection. */
  close(): Promise<void>;
}

/** Opens a session without a connection. Those that wait in it do not keep the process alive. */
export function openSession(): Session {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS }) as Connect;
  const all = new Set<Connection>();
  const idle = new Map<string, Connection[]>();

  const session: Session = {
    borrow(origin) {
      const connection = idle.get(origin)?.pop();
      if (connection === undefined || connection.isOpen) return connection ?? session.open(origin);
      void session.discard(connection);
      return session.borrow(origin);
    },
    open(origin) {
      const connection = new Connection(origin, connect);
      all.add(connection);
      connection.client.on('disconnect', () => {
        if (idle.get(origin)?.includes(connection)) void session.discard(connection);
      });
      return connection;
    },
    giveBack(connection) {
      if (!connection.isOpen) {
        void session.discard(connection);
        return;
      }
      connection.isUsed = true;
      idle.set(connection.origin, [...(idle.get(connection.origin) ?? []), connection]);
    },
    async discard(connection) {
      const others = idle.get(connection.origin)?.filter(other => other !== connection) ?? [];
      if (others.length > 0) idle.set(connection.origin, others);
      else idle.delete(connection.origin);
      await connection.close();
      all.delete(connection);
    },
    async close() {
      await Promise.all([...all].map(session.discard));
    },
  };
  return session;
}

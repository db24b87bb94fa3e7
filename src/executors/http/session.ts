/** The run's one HTTP session: the connections that its requests share, each serving one request at a time. */
import { Connection } from './connection.ts';
import { type Cookies, createCookies } from './cookies.ts';
import { createRoutes, type Route } from './route.ts';

export interface Session {
  readonly cookies: Cookies;
  readonly routeTo: ReturnType<typeof createRoutes>;
  /** A connection by this route for the caller alone: the one that was given back last, else a new one. */
  borrow(route: Route): Connection;
  /** A connection that nobody has used before. */
  open(route: Route): Connection;
  /** Takes a connection back after a response that was read to its end. */
  giveBack(connection: Connection): void;
  /** Closes a connection, whatever it is doing. Resolves when its socket is closed; never rejects. */
  discard(connection: Connection): Promise<void>;
  /** Discards every connection. */
  close(): Promise<void>;
}

/** Opens a session without a connection. Those that wait in it do not keep the process alive. */
export function openSession(): Session {
  const all = new Set<Connection>();
  const idle = new Map<string, Connection[]>();

  const session: Session = {
    cookies: createCookies(),
    routeTo: createRoutes(),
    borrow(route) {
      const connection = idle.get(route.key)?.pop();
      if (connection === undefined || connection.isOpen) return connection ?? session.open(route);
      void session.discard(connection);
      return session.borrow(route);
    },
    open(route) {
      const connection = new Connection(route);
      all.add(connection);
      connection.client.on('disconnect', () => {
        if (idle.get(route.key)?.includes(connection)) void session.discard(connection);
      });
      return connection;
    },
    giveBack(connection) {
      if (!connection.isOpen) {
        void session.discard(connection);
        return;
      }
      connection.isUsed = true;
      const others = idle.get(connection.key);
      if (others === undefined) idle.set(connection.key, [connection]);
      else others.push(connection);
    },
    async discard(connection) {
      const others = idle.get(connection.key)?.filter(other => other !== connection) ?? [];
      if (others.length > 0) idle.set(connection.key, others);
      else idle.delete(connection.key);
      await connection.close();
      all.delete(connection);
    },
    async close() {
      await Promise.all([...all].map(session.discard));
    },
  };
  return session;
}

/** Network addresses as plans write them: `host:port`, or a port of this machine. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]]+)):)?(\d{1,5})$/;

/** Understands `db.example.org:5432`, `[::1]:5432` and `5432`, which is one of 127.0.0.1; `undefined`: it is none. */
export function parseAddress(text: string): Address | undefined {
  const [, literal, name, digits = ''] = ADDRESS.exec(text) ?? [];
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { host: literal ?? name ?? '127.0.0.1', port } : undefined;
}

/** Statuses that undici does not bear: 1xx, which a client passes over (RFC 9110, 15.2), and those that no answer may have. */
import type { Socket } from 'node:net';

/** The answer has a status that none may have; its message says which. */
class OddStatus extends Error {
  readonly code = 'ODD_STATUS';
}

/** Told before each request, as what a body says is nobody's business. */
export interface Interim {
  /** An answer is to come: what stands before it is passed over. */
  expect(): void;
}

/** How such an answer begins, in the two versions of HTTP that there are of it; 101 is a final one. */
const START = /^HTTP\/1\.[01] 1(?!01)\d\d/;
/** What may become such a beginning. */
const START_OF_START =
  /^(?:H|HT|HTT|HTTP|HTTP\/|HTTP\/1|HTTP\/1\.|HTTP\/1\.[01]|HTTP\/1\.[01] |HTTP\/1\.[01] [01]\d?)$/;
const START_LENGTH = 12;
const STATUS_AT = 9;
const DIGIT_ZERO = 0x30;
const DIGIT_ONE = 0x31;
/** The head of an answer that is longer is none. */
const HEAD_MAX = 16 * 1024;

/** Takes 1xx out of what is read from the socket, and destroys it with an {@link OddStatus} where nothing is to follow. */
export function passOverInterim(socket: Socket): Interim {
  const read = socket.read.bind(socket);
  let isExpecting = true;
  let held: Buffer | undefined;
  socket.read = size => {
    for (;;) {
      const bytes: Buffer | null = read(size);
      if (!isExpecting || bytes === null) return bytes;
      const all = held === undefined ? bytes : Buffer.concat([held, bytes]);
      const rest = behindInterim(all);
      isExpecting = rest === undefined || rest.length === 0;
      held = rest === undefined ? all : undefined;
      if (isExpecting) continue;
      const fault = rest && faultOf(rest);
      if (fault === undefined) return rest;
      socket.destroy(new OddStatus(fault));
      return null;
    }
  };
  return {
    expect() {
      isExpecting = true;
    },
  };
}

/** What is wrong with the status of a final answer, where undici would fail over it. */
function faultOf(bytes: Buffer): string | undefined {
  const digit = bytes[STATUS_AT];
  if (digit !== DIGIT_ZERO && digit !== DIGIT_ONE) return undefined;
  const status = /^HTTP\/\d\.\d (0\d\d|101)/.exec(bytes.toString('latin1', 0, START_LENGTH))?.[1];
  if (status === undefined) return undefined;
  // Nobody can ask for another protocol: undici refuses the header.
  return status === '101' ? 'bad upgrade' : 'its status is no number from 100 on';
}

/** What stands behind all such answers; undefined where more must come to tell. */
function behindInterim(bytes: Buffer): Buffer | undefined {
  let rest = bytes;
  while (rest.length > 0) {
    if (rest.length >= START_LENGTH && rest[STATUS_AT] !== DIGIT_ONE) return rest;
    const start = rest.toString('latin1', 0, START_LENGTH);
    if (START_OF_START.test(start)) return undefined;
    if (!START.test(start)) return rest;
    const end = /\n\r?\n/.exec(rest.toString('latin1', 0, HEAD_MAX));
    if (end === null) return rest.length < HEAD_MAX ? undefined : rest;
    rest = rest.subarray(end.index + end[0].length);
  }
  return rest;
}

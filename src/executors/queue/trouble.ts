/** What errors of Redis mean, in words with the next thing to do, and which of them will not pass by themselves. */
import type { QueueAddress } from './address.ts';

/** Something is wrong with the queue. */
export interface Trouble {
  readonly words: string;
  /** Trying again is of no use. */
  readonly isFinal: boolean;
}

export const NOT_INSTALLED =
  'the queue needs two packages that are not installed, or of other versions: npm i bullmq@6 ioredis@5';

export const OWN_CERTIFICATE = 'a certificate of ours: name it as "?cert=me.pem&key=me.key" in the address';

/** What Redis answers where it refuses us, and what to do. */
const FINAL: readonly (readonly [RegExp, (shown: string) => string])[] = [
  [
    /WRONGPASS|invalid password|invalid username-password/i,
    at => `${at} does not take this user and password: see RUNJOBS_QUEUE_PASSWORD, and the user in the address`,
  ],
  [
    /NOAUTH|Authentication required/i,
    at => `${at} asks for a password: give it in RUNJOBS_QUEUE_PASSWORD, or in a file with --queue-password-file`,
  ],
  [
    // Of a command within a script, older ones say it without the code.
    /NOPERM|user executing the script can't|ACL failure in script/,
    at =>
      `${at} does not let this user do what runjobs needs: "+@all -@admin -@dangerous +info +client|setname +client|list" on the keys and channels of --queue-prefix`,
  ],
  [/CROSSSLOT/, at => `${at} is a cluster, which needs braces in --queue-prefix, such as "{rj}"`],
  [/DB index is out of range|SELECT is not allowed/i, at => `${at} has no such database`],
  [
    /self.signed certificate|unable to verify|unable to get (?:local )?issuer|CERT_|certificate has expired|altname/i,
    at => `the certificate of ${at} is not trusted here: name the one that signed it as "?ca=ca.pem" in the address`,
  ],
  [/certificate required|handshake failure|bad certificate|unknown ca/i, at => `${at} wants ${OWN_CERTIFICATE}`],
  [/wrong version number|packet length too long/i, at => `${at} speaks no TLS: write redis:// for it`],
];

/** What Redis answers where it takes nothing for now, and what to do. */
const FOR_NOW: readonly (readonly [RegExp, (shown: string) => string])[] = [
  [/\bOOM command/, at => `${at} is full, and takes nothing until something is gone: give it more memory (maxmemory)`],
  [/\bMISCONF\b/, at => `${at} cannot write to its disk, and takes nothing until it can`],
  [/\bREADONLY /, at => `${at} is a copy that takes nothing: name the one that it is a copy of`],
  [
    /\b(?:LOADING|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN) /,
    at => `${at} takes nothing: it starts, or its cluster changes`,
  ],
];

/** After so long without such an error it is told anew. */
const FORGOTTEN_MS = 30_000;

/**
 * Whether an error means that Redis takes nothing for now, so that what was asked is to be tried again.
 * @param tell takes the words, once until it has been well for a while.
 */
export function forNow(
  { address: { shown } }: { readonly address: Pick<QueueAddress, 'shown'> },
  tell: (words: string) => void,
): (error: unknown) => boolean {
  let lastAt = Number.NEGATIVE_INFINITY;
  return error => {
    const words = wordsForNow(innermost(error).message, shown);
    if (words === undefined) return false;
    const now = performance.now();
    if (now - lastAt > FORGOTTEN_MS) tell(words);
    lastAt = now;
    return true;
  };
}

function wordsForNow(message: string, shown: string): string | undefined {
  return FOR_NOW.find(([pattern]) => pattern.test(message))?.[1](shown);
}

/** What went wrong; `words` never hold a password. */
export function troubleOf(error: unknown, { shown }: Pick<QueueAddress, 'shown'>): Trouble {
  const { message, code } = innermost(error);
  const text = `${code} ${message}`;
  for (const [pattern, words] of FINAL) if (pattern.test(text)) return { words: words(shown), isFinal: true };
  return { words: passing(code, message, shown), isFinal: false };
}

function passing(code: string, message: string, shown: string): string {
  if (/^Socket timeout|^no answer/.test(message)) return `${shown} does not answer`;
  if (/^Connection is closed/.test(message)) return `${shown} has closed the connection`;
  if (/^Unknown RESP type/.test(message)) return `what listens at ${shown} is no Redis`;
  const words = wordsForNow(message, shown);
  if (words !== undefined) return words;
  switch (code) {
    case 'ECONNREFUSED':
      return `no Redis listens at ${shown}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host of ${shown} is not known here`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${shown} cannot be reached (${code})`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${shown} has closed the connection`;
    default:
      return `${shown}: ${message.split('\n')[0]?.replace(/\.$/, '')}`;
  }
}

/** An error of a cluster, or of several addresses, has the real one inside. */
function innermost(error: unknown): { readonly message: string; readonly code: string } {
  const {
    message = String(error),
    code = '',
    errors,
    lastNodeError,
  } = error as {
    message?: string;
    code?: string;
    errors?: readonly unknown[];
    lastNodeError?: unknown;
  };
  if (lastNodeError !== undefined) return innermost(lastNodeError);
  return errors?.[0] === undefined ? { message, code } : innermost(errors[0]);
}

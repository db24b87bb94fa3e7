/** Every way in which a request goes wrong, in plain words. */
import { maxHeaderSize } from 'node:http';
import { BodyTooLarge, type Progress } from './body.ts';
import type { HttpRequest } from './request.ts';
import { CONNECT_TIMEOUT_MS } from './session.ts';

type Phrase = (facts: { readonly error: Error; readonly request: HttpRequest; readonly progress: Progress }) => string;

const TRUST = 'name a file with its authority in NODE_EXTRA_CA_CERTS to trust it';

const untrusted: Phrase = ({ request }) =>
  `the certificate of ${address(request)} is signed by an authority that is not trusted here; ${TRUST}`;
const selfSigned: Phrase = ({ request }) => `the certificate of ${address(request)} is self-signed; ${TRUST}`;
const notTls: Phrase = ({ request }) => `${address(request)} does not speak TLS; perhaps http:// is meant`;
const noRoute: Phrase = ({ request }) => `no route leads to ${address(request)}`;
const reset: Phrase = ({ progress }) => `the connection was reset ${moment(progress)}`;
const closed: Phrase = ({ error, progress }) => {
  if (error.message.startsWith('bad ')) return `the answer is not valid HTTP: ${error.message}`;
  return `the server closed the connection ${moment(progress)}`;
};
// undici's parser; its errors have no code.
const invalid: Phrase = facts => {
  const reason = /\((.*)\)$/.exec(facts.error.message)?.[1] ?? facts.error.message;
  return reason === 'Invalid EOF state' ? closed(facts) : `the answer is not valid HTTP: ${reason}`;
};
const unsendable: Phrase = ({ error }) => `such a request cannot be sent: ${error.message}`;

const tooLarge: Phrase = ({ error }) => {
  const size = error instanceof BodyTooLarge ? bytesWords(error.limit) : 'allowed';
  return `the body is longer than ${size}; give "maxBody" a larger size if that is meant`;
};

const PHRASES: ReadonlyMap<string, Phrase> = new Map([
  ['BODY_TOO_LARGE', tooLarge],
  ['ECONNREFUSED', ({ request }) => `nothing listens on ${address(request)}`],
  ['ENOTFOUND', ({ request }) => `no host is called "${request.url.hostname}"`],
  ['EAI_AGAIN', ({ request }) => `no name server could be asked for "${request.url.hostname}"`],
  [
    'UND_ERR_CONNECT_TIMEOUT',
    ({ request }) => `${address(request)} did not accept the connection within ${CONNECT_TIMEOUT_MS / 1000}s`,
  ],
  ['ETIMEDOUT', ({ request }) => `the connection to ${address(request)} timed out`],
  ['EHOSTUNREACH', noRoute],
  ['ENETUNREACH', noRoute],
  ['ECONNRESET', reset],
  ['EPIPE', reset],
  ['UND_ERR_SOCKET', closed],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', closed],
  ['HTTPParserError', invalid],
  ['UND_ERR_HEADERS_OVERFLOW', () => `the headers of the answer are over ${maxHeaderSize / 1024} KiB`],
  ['UND_ERR_INVALID_ARG', unsendable],
  ['UND_ERR_NOT_SUPPORTED', unsendable],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', selfSigned],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['CERT_HAS_EXPIRED', ({ request }) => `the certificate of ${address(request)} has expired`],
  ['CERT_NOT_YET_VALID', ({ request }) => `the certificate of ${address(request)} is not valid yet`],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    ({ request }) => `the certificate of ${address(request)} is for another host than "${request.url.hostname}"`,
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', notTls],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', notTls],
]);

/**
 * Says what an error of node or undici means to the author of the request. Undefined for what is none: a bug.
 */
export function explain(error: unknown, request: HttpRequest, progress: Progress): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, code } = error as NodeJS.ErrnoException;
  const phrase = PHRASES.get(code ?? name);
  if (phrase !== undefined) return phrase({ error, request, progress });
  if (code === undefined) return undefined;
  // zlib's codes; those of brotli begin with two underscores, once ERR is taken off.
  if (/^(Z_|ERR__|ERR_BROTLI)/.test(code)) return `the body cannot be unpacked: ${message}`;
  return error instanceof TypeError ? undefined : `${message} (${code})`;
}

/** `64 MiB`, `5 bytes`: in the largest unit of which it is a whole number. */
function bytesWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let size = bytes;
  while (units.length > 1 && size > 0 && size % 1024 === 0) {
    size /= 1024;
    units.shift();
  }
  return `${size} ${units[0]}`;
}

/** `127.0.0.1:80`. */
function address({ url }: HttpRequest): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
}

function moment({ received, announced }: Progress): string {
  if (received === undefined) return 'before it answered';
  return `in the middle of the body, after ${received}${announced === undefined ? '' : ` of ${announced}`} bytes`;
}

/** Every way in which a request goes wrong, in plain words. */
import { maxHeaderSize } from 'node:http';
import type { HttpTrouble } from '../../events/outcome.ts';
import { whyUnreadable } from '../../plan/unreadable.ts';
import { BodyTooLarge, type Progress } from './body.ts';
import { HandshakeSilent } from './handshake.ts';
import { explainHttp2 } from './http2-trouble.ts';
import type { HttpRequest } from './request.ts';
import { RESET } from './reset.ts';
import { CONNECT_TIMEOUT_MS } from './route.ts';
import { explainTls, namesWords } from './tls-trouble.ts';
import { isOfProxy, TunnelRefused } from './tunnel.ts';

export interface Trouble {
  readonly kind: HttpTrouble;
  readonly words: string;
}

/** What an error means: in words, where its code alone tells the kind. */
type Phrase = (facts: Facts) => string | Trouble;

interface Facts {
  readonly error: Error;
  readonly request: HttpRequest;
  readonly progress: Progress;
  readonly tls: Peer;
}

/** Who was to vouch for itself. */
interface Peer {
  readonly address: string;
  /** The name that its certificate must have. */
  readonly host: string;
  /** Where the step, or else the whole program, says whom to trust. */
  readonly authorities: string;
}

const trust = ({ authorities }: Peer) => `name a file with its authority in ${authorities} to trust it`;
const untrusted: Phrase = ({ tls }) =>
  `the certificate of ${tls.address} is signed by an authority that is not trusted here; ${trust(tls)}`;
const selfSigned: Phrase = ({ tls }) => `the certificate of ${tls.address} is self-signed; ${trust(tls)}`;
const notTls: Phrase = ({ tls }) => `${tls.address} does not speak TLS; perhaps http:// is meant`;
const noRoute: Phrase = ({ request }) => `no route leads to ${place(request)}`;
const reset: Phrase = ({ progress }) => `the connection was reset ${moment(progress)}`;
const closed: Phrase = facts => {
  const { error } = facts;
  if (error.message.startsWith('bad ')) return notHttp(error.message);
  return closedWords(facts);
};
// undici says the same of a head that it cannot read and of one that ends, once it has found a length in it.
const mismatch: Phrase = facts =>
  facts.progress.received === undefined
    ? 'the head of the answer is not valid HTTP: it ends early, or says two things about the length of the body'
    : closedWords(facts);
function closedWords({ progress }: Facts): string {
  return `the server closed the connection ${moment(progress)}`;
}
function notHttp(why: string): Trouble {
  return { kind: 'protocol', words: `the answer is not valid HTTP: ${why}` };
}
// undici's parser; its errors have no code.
const invalid: Phrase = facts => {
  const reason = /\((.*)\)$/.exec(facts.error.message)?.[1] ?? facts.error.message;
  return reason === 'Invalid EOF state' ? { kind: 'closed', words: closedWords(facts) } : notHttp(reason);
};
const assertion: Phrase = ({ error: { message } }) => ({
  kind: 'other',
  words: `undici has failed: ${message.replace(/\s+/g, ' ')}`,
});
const unsendable: Phrase = ({ error }) => `such a request cannot be sent: ${error.message}`;

const tooLarge: Phrase = ({ error }) => {
  const size = error instanceof BodyTooLarge ? bytesWords(error.limit) : 'allowed';
  return `the body is longer than ${size}; give "maxBody" a larger size if that is meant`;
};

const noTunnel: Phrase = ({ error, request }) => {
  const words = `the proxy ${request.proxy?.host} does not lead to ${address(request)}: it ${error.message}`;
  // That it cannot may pass; that it will not does not.
  const isUnable = error instanceof TunnelRefused && (error.status ?? 0) >= 500;
  return { kind: isUnable ? 'unreachable' : 'proxy', words };
};

const silentProxy: Phrase = ({ request }) =>
  `the proxy ${request.proxy?.host} did not say within ${CONNECT_TIMEOUT_MS / 1000}s whether it leads to ${address(request)}`;

const silentTls: Phrase = ({ error, request }) => {
  const who = error instanceof HandshakeSilent && error.isTunneled ? address(request) : place(request);
  return `the TLS handshake with ${who} did not come to an end within ${CONNECT_TIMEOUT_MS / 1000}s`;
};

/** Of a socket on this machine, or of a file that was there before the request began. */
const notThere: Phrase = ({ error, request }) => {
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'open')
    return { kind: 'request', words: `a file could not be read while it was sent: ${whyUnreadable(error)}` };
  if (syscall !== 'connect') return { kind: 'other', words: `${message} (${code})` };
  return `${place(request)} ${code === 'ENOENT' ? 'does not exist' : 'may not be used: its permissions forbid it'}`;
};

const PHRASES: ReadonlyMap<string, readonly [kind: HttpTrouble, phrase: Phrase]> = new Map<
  string,
  readonly [kind: HttpTrouble, phrase: Phrase]
>([
  ['BODY_TOO_LARGE', ['size', tooLarge]],
  ['EVENT_TOO_LONG', ['size', () => 'an event of the stream is longer than 8 MiB']],
  ['TUNNEL_REFUSED', ['proxy', noTunnel]],
  ['TUNNEL_SILENT', ['connect-timeout', silentProxy]],
  ['HANDSHAKE_SILENT', ['connect-timeout', silentTls]],
  ['ECONNREFUSED', ['refused', ({ request }) => `nothing listens on ${place(request)}`]],
  ['ENOTFOUND', ['dns', ({ request }) => `no host is called "${(request.proxy ?? request.url).hostname}"`]],
  [
    'EAI_AGAIN',
    ['dns', ({ request }) => `no name server could be asked for "${(request.proxy ?? request.url).hostname}"`],
  ],
  [
    'UND_ERR_CONNECT_TIMEOUT',
    [
      'connect-timeout',
      ({ request }) => `${place(request)} did not accept the connection within ${CONNECT_TIMEOUT_MS / 1000}s`,
    ],
  ],
  ['ETIMEDOUT', ['connect-timeout', ({ request }) => `the connection to ${place(request)} timed out`]],
  ['ENOENT', ['refused', notThere]],
  ['EACCES', ['refused', notThere]],
  ['EHOSTUNREACH', ['unreachable', noRoute]],
  ['ENETUNREACH', ['unreachable', noRoute]],
  [RESET, ['reset', reset]],
  ['ECONNRESET', ['reset', reset]],
  ['EPIPE', ['reset', reset]],
  ['UND_ERR_SOCKET', ['closed', closed]],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', ['closed', mismatch]],
  ['BODY_CUT_OFF', ['closed', closed]],
  ['TOO_MANY_LAYERS', ['encoding', () => 'the body cannot be unpacked: it is packed more than 5 times']],
  ['ODD_STATUS', ['protocol', ({ error }) => notHttp(error.message)]],
  ['HTTPParserError', ['protocol', invalid]],
  ['ERR_ASSERTION', ['protocol', assertion]],
  ['UND_ERR_HEADERS_OVERFLOW', ['protocol', () => `the headers of the answer are over ${maxHeaderSize / 1024} KiB`]],
  ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', ['request', () => 'a file became shorter while it was sent']],
  ['UND_ERR_INVALID_ARG', ['request', unsendable]],
  ['UND_ERR_NOT_SUPPORTED', ['request', unsendable]],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', ['tls', selfSigned]],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['tls', untrusted]],
  ['UNABLE_TO_GET_ISSUER_CERT', ['tls', untrusted]],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', ['tls', untrusted]],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', ['tls', untrusted]],
  ['CERT_HAS_EXPIRED', ['tls', ({ tls }) => `the certificate of ${tls.address} has expired`]],
  ['CERT_NOT_YET_VALID', ['tls', ({ tls }) => `the certificate of ${tls.address} is not valid yet`]],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    [
      'tls',
      ({ error, tls }) =>
        `the certificate of ${tls.address} is for another host than "${tls.host}"${namesWords(error)}`,
    ],
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', ['tls', notTls]],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', ['tls', notTls]],
]);

/**
 * Says what an error of node or undici means to the author of the request. Undefined for what is none: a bug.
 */
export function explain(error: unknown, request: HttpRequest, progress: Progress): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, code } = error as NodeJS.ErrnoException;
  const [kind, phrase] = PHRASES.get(code ?? name) ?? [];
  const isProxys = isOfProxy(error, request);
  const tls = isProxys ? peerOfProxy(request.proxy) : peerOf(request);
  const said = phrase?.({ error, request, progress, tls });
  if (kind !== undefined && said !== undefined) return typeof said === 'string' ? { kind, words: said } : said;
  if (code === undefined) return undefined;
  // zlib's codes; those of brotli begin with two underscores, once ERR is taken off.
  if (/^(Z_|ERR__|ERR_BROTLI)/.test(code))
    return { kind: 'encoding', words: `the body cannot be unpacked: ${message}` };
  const parties = { ...tls, isKnown: !isProxys && request.way.tls?.cert !== undefined };
  const ofTls = explainTls(error, parties);
  if (ofTls !== undefined) return { kind: 'tls', words: ofTls };
  const ofHttp2 = explainHttp2(error, { address: address(request), moment: moment(progress) });
  if (ofHttp2 !== undefined) return ofHttp2;
  return error instanceof TypeError ? undefined : { kind: 'other', words: `${message} (${code})` };
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

/** Who is to be reached first: the proxy, a socket, or the host. */
function place(request: HttpRequest): string {
  const { proxy, way } = request;
  if (proxy !== undefined) return `the proxy ${proxy.host}`;
  return way.socket === undefined ? address(request) : `the socket "${way.socket}"`;
}

function peerOf(request: HttpRequest): Peer {
  return { address: address(request), host: nameOf(request), authorities: 'tls.ca or NODE_EXTRA_CA_CERTS' };
}

function peerOfProxy(proxy: URL | undefined): Peer {
  const authorities = 'NODE_EXTRA_CA_CERTS (tls is not for proxies)';
  return { address: `the proxy ${proxy?.host}`, host: proxy?.hostname ?? '', authorities };
}

/** What the server must vouch for: its header Host, where the step has one, else the host of the url. */
function nameOf({ url, headers: { host } }: HttpRequest): string {
  return host === undefined ? url.hostname : host.replace(/:\d+$/, '');
}

/** `127.0.0.1:80`. */
function address({ url }: HttpRequest): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
}

function moment({ received, announced }: Progress): string {
  if (received === undefined) return 'before it answered';
  return `in the middle of the body, after ${received}${announced === undefined ? '' : ` of ${announced}`} bytes`;
}

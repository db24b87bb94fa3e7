/** The keys of a request that may also stand in `httpDefaults`, each with what an editor says about it. */
import * as z from 'zod/mini';
import { joined, lazily, once } from './schema-lazy.ts';
import {
  anyText,
  expected,
  flag,
  key,
  NOT_BLANK,
  oneOf,
  required,
  scalar,
  size,
  some,
  text,
  wholeNumber,
} from './schema-terms.ts';

const basicShape = lazily({
  user: () => required(anyText, 'The name. Example: "ann".'),
  password: () => required(anyText, `The password. Example: "\${PASSWORD}".`),
});

const authShape = lazily({
  bearer: () => key(text(NOT_BLANK, 'a token'), `A token, sent as "Authorization: Bearer …". Example: "\${TOKEN}".`),
  basic: () =>
    key(
      z.strictObject(basicShape, expected('an object with user and password')),
      `A name and a password. Example: {"user": "ann", "password": "\${PASSWORD}"}.`,
    ),
  netrc: () =>
    key(
      z.literal(true, expected('true')),
      'Name and password of the host from the file that NETRC names, else from ~/.netrc. Example: true.',
    ),
});

const file = once(() => text(/^[^\0]+$/, 'a path'));

const tlsShape = lazily({
  ca: () =>
    key(
      file(),
      'A file with the authorities that vouch for the server, in the place of the usual ones. Example: "ca.pem".',
    ),
  cert: () => key(file(), 'A file with the certificate that says who asks. Example: "client.pem".'),
  key: () => key(file(), 'A file with its private key. Example: "client.key".'),
  insecure: () => key(flag, 'Whether the server may be anybody: its certificate is not looked at. Default false.'),
});

export const sharedShape = lazily({
  query: () =>
    key(
      z.record(
        anyText,
        oneOf('a value, or an array of values', [scalar, some(scalar, 'at least one value')]),
        expected('an object of names and values'),
      ),
      `Names and values behind those that the url has, percent-encoded; \${NAME} in a value is expanded. Example: {"page": 2}.`,
    ),
  headers: () =>
    key(
      z.record(
        text(/^(?!__proto__$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name such as "Accept"'),
        scalar,
        expected('an object of header names and values'),
      ),
      `Request headers; \${NAME} in a value is expanded. Example: {"Accept": "application/json"}.`,
    ),
  auth: () =>
    key(
      oneOf('an object with exactly one of bearer, basic, netrc, or false', [
        z.strictObject(authShape, expected('an object with bearer, basic or netrc')),
        z.literal(false),
      ]),
      `Who asks: exactly one of bearer, basic and netrc; false: nobody, whatever httpDefaults say, or as name and password in a URL. A header Authorization beside it comes first. Example: {"bearer": "\${TOKEN}"}.`,
    ),
  follow: () =>
    key(
      oneOf('a count of redirects, or false', [
        wholeNumber('a count of redirects from 0 to 100', 0, 100),
        z.literal(false),
      ]),
      'So many redirects are followed, one after the other, default 5; false: none. Example: 10.',
    ),
  decompress: () => key(flag, 'Whether gzip, deflate and brotli are asked for and unpacked, default true.'),
  maxBody: () =>
    key(
      size,
      'What the body of the response may have, unpacked; a longer one fails the step. Default "64MiB" where it comes packed, else no limit. Example: "1GiB".',
    ),
  session: () =>
    key(
      oneOf('the name of a session, or false', [text(NOT_BLANK, 'the name of a session'), z.literal(false)]),
      `Whose cookies are sent and kept; default: one session for the whole run; false: none. Example: "alice" or "user-\${N}".`,
    ),
  proxy: () =>
    key(
      oneOf('a URL such as "http://proxy.example:3128", or false', [
        text(NOT_BLANK, 'a URL such as "http://proxy.example:3128"'),
        z.literal(false),
      ]),
      'The proxy that it goes through; default: what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say; false: none. Example: "http://proxy.example:3128".',
    ),
  tls: () =>
    key(
      z.strictObject(tlsShape, expected('an object with ca, cert, key or insecure')),
      'Whom to trust, and who asks; files relative to the plan\'s folder. Example: {"ca": "ca.pem"}.',
    ),
  http2: () =>
    key(flag, 'Whether HTTP/2 is spoken: over https where the server speaks it, over http in any case. Default false.'),
  socket: () =>
    key(file(), 'A Unix socket that is asked in the place of the host in the url. Example: "/var/run/docker.sock".'),
});

/** Of `httpDefaults`. */
export const httpDefaultsShape = joined(
  lazily({
    baseUrl: () =>
      key(
        text(NOT_BLANK, 'a URL such as "https://example.org/v1"'),
        'What stands before the relative urls of requests. Example: "https://example.org/v1".',
      ),
  }),
  sharedShape,
);

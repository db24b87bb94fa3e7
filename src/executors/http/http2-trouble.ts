/** What goes wrong with HTTP/2 only, in plain words. */
import type { HttpTrouble } from '../../events/outcome.ts';
import { Headless } from './incoming.ts';

/** Who was asked, and how far its answer has come. */
interface Place {
  /** `127.0.0.1:80`. */
  readonly address: string;
  /** `before it answered`. */
  readonly moment: string;
}

/** Says what an error of node's HTTP/2, or of undici about it, means; undefined where it is none. */
export function explainHttp2(
  error: NodeJS.ErrnoException,
  { address, moment }: Place,
): { readonly kind: HttpTrouble; readonly words: string } | undefined {
  const { message, code = '' } = error;
  if (error instanceof Headless && error.isInvalid)
    return { kind: 'protocol', words: `the answer is not valid HTTP: ${message}` };
  if (error instanceof Headless) return { kind: 'closed', words: `the server closed the stream ${moment}` };
  if (code === 'NOT_HTTP2') return { kind: 'protocol', words: `the answer is not valid HTTP/2: ${message}` };
  if (code === 'ERR_HTTP2_ERROR')
    return { kind: 'protocol', words: `${address} does not speak HTTP/2 here; take out http2 to speak HTTP/1.1` };
  const reset = / error code (?:NGHTTP2_)?(\w+)$/.exec(message)?.[1];
  if (code === 'ERR_HTTP2_STREAM_ERROR' && reset !== undefined) return resetOf(reset, moment);
  if (CLOSED.includes(code) || (code === 'UND_ERR_INFO' && message.startsWith('HTTP/2: ')))
    return { kind: 'closed', words: `the server closed the stream ${moment}` };
  if (REFUSED.test(code)) return { kind: 'request', words: `such a request cannot be sent: ${message}` };
  return undefined;
}

/** Whether the server has not acted on the request, so that it may be sent again whatever it asks for. Source: RFC 9113, 8.7. */
export function isUnread(error: unknown): boolean {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_HTTP2_STREAM_ERROR') return message.endsWith('NGHTTP2_REFUSED_STREAM');
  // Its first frame was not sent: the server's leave has come before it.
  return UNSENT.includes(code) || (code === 'UND_ERR_INFO' && message.includes('"frameError" received - type 1,'));
}

const UNSENT: readonly string[] = ['ERR_HTTP2_GOAWAY_SESSION', 'ERR_HTTP2_INVALID_SESSION'];

/** The stream, or the connection with it, is gone. */
const CLOSED: readonly string[] = [
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_INVALID_STREAM',
  'ERR_HTTP2_STREAM_CANCEL',
];

/** What node does not send, and throws for as if the program were wrong. */
const REFUSED = /^ERR_(HTTP2?_|INVALID_HTTP_TOKEN$|INVALID_CHAR$)/;

function resetOf(reset: string, moment: string) {
  switch (reset) {
    case 'REFUSED_STREAM':
      return { kind: 'closed', words: `the server refused the stream ${moment}` } as const;
    case 'HTTP_1_1_REQUIRED':
      return { kind: 'protocol', words: 'the server wants HTTP/1.1 for this; take out http2' } as const;
    case 'PROTOCOL_ERROR':
      return { kind: 'protocol', words: `HTTP/2 broke ${moment}: one side did not keep to the protocol` } as const;
    default:
      return { kind: 'closed', words: `the server broke off the stream ${moment} (${reset})` } as const;
  }
}

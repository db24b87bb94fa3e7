/** What a server does not like about us, as TLS tells it: alerts (RFC 8446, 6), in plain words. */

import { listed, quoteText, shorten } from '../../plan/quote.ts';

/** Who was asked, and as whom. */
interface Parties {
  /** `127.0.0.1:443`. */
  readonly address: string;
  /** What the server must vouch for. */
  readonly host: string;
  /** Whether `tls.cert` says who asks. */
  readonly isKnown: boolean;
}

/** Whether an error is an alert: the server has said why it hangs up. */
export function isAlert(error: unknown): error is Error {
  return ALERT.test((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** Says what an error of OpenSSL means; undefined where it is none. @param code that of Node. */
export function explainTls({ code = '', message }: NodeJS.ErrnoException, parties: Parties): string | undefined {
  const alert = ALERT.exec(code)?.[1];
  if (alert !== undefined) return alertWords(alert, parties);
  if (code === 'ERR_SSL_UNSUPPORTED_PROTOCOL') return oldVersion(parties);
  const reason = /([^:]*)$/.exec(message)?.[1]?.trim();
  if (code.startsWith('ERR_OSSL_')) return `the files of tls cannot be used: ${reason}`;
  return code.startsWith('ERR_SSL_') ? `TLS with ${parties.address} failed: ${nameOf(code)}` : undefined;
}

/** Whom a certificate names that is not the right one, as far as it is told: `: it is for "a.test", "b.test" and 3 more`. */
export function namesWords(error: Error): string {
  const { subject, subjectaltname = '' } = (error as { cert?: Certificate }).cert ?? {};
  const names = [...subjectaltname.matchAll(/(?:^|, )(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(
    ([, name = '']) => name,
  );
  // Without those, the name of old is what counts.
  const all = names.length > 0 ? names : [subject?.CN ?? []].flat();
  if (all.length === 0) return '';
  const told = all.slice(0, NAMED).map(name => quoteText(shorten(name, NAME_MAX)));
  const more = all.length > NAMED ? [`${all.length - NAMED} more`] : [];
  return `: it is for ${listed([...told, ...more], 'and')}`;
}

interface Certificate {
  readonly subject?: { readonly CN?: string | readonly string[] };
  readonly subjectaltname?: string;
}

/** Names of a certificate that are told, of which some have hundreds, and characters of each. */
const NAMED = 3;
const NAME_MAX = 80;

/** OpenSSL names the version of its first days, or since 3.5 none. */
const ALERT = /^ERR_SSL_(?:SSLV3|SSL\/TLS|TLSV1|TLSV13)_(?:ALERT_)?(\w+)$/;

const WHO = 'give tls.cert and tls.key';

/** Why a certificate is not accepted. */
const REFUSED: Readonly<Record<string, string>> = {
  UNKNOWN_CA: 'it does not trust the authority that has signed it',
  CERTIFICATE_EXPIRED: 'it has expired',
  CERTIFICATE_REVOKED: 'it was revoked',
  UNSUPPORTED_CERTIFICATE: 'it is not of a kind that says who asks',
  BAD_CERTIFICATE: 'it is damaged, or is not the right one',
  CERTIFICATE_UNKNOWN: 'it does not say why',
  ACCESS_DENIED: 'whom it names may not come in',
};

function alertWords(alert: string, parties: Parties): string {
  const { address, host, isKnown } = parties;
  const why = REFUSED[alert];
  if (why !== undefined && isKnown) return `${address} does not accept the certificate of tls.cert: ${why}`;
  switch (alert) {
    case 'CERTIFICATE_REQUIRED':
      return `${address} wants a certificate that says who asks; ${WHO}`;
    case 'HANDSHAKE_FAILURE':
      return isKnown
        ? `${address} refused the handshake: it does not accept the certificate of tls.cert, or speaks no cipher that is spoken here`
        : `${address} refused the handshake: it wants a certificate that says who asks (${WHO}), or speaks no cipher that is spoken here`;
    case 'PROTOCOL_VERSION':
      return oldVersion(parties);
    case 'UNRECOGNIZED_NAME':
      return `${address} knows no site "${host}"`;
    default:
      return `${address} broke off TLS and says: ${alert.toLowerCase().replaceAll('_', ' ')}`;
  }
}

function oldVersion({ address }: Parties): string {
  return `${address} speaks no version of TLS that is spoken here: 1.2 and 1.3 are`;
}

function nameOf(code: string): string {
  return code.replace('ERR_SSL_', '').toLowerCase().replaceAll('_', ' ');
}

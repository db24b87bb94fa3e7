/** The files by which a step says whom it trusts and who asks: read, and looked at before anything is sent. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import type { HttpManner } from '../../plan/plan.ts';
import { readBytesNow } from '../../plan/read-bytes.ts';
import { isMissing, whyUnreadable } from '../../plan/unreadable.ts';

/** The contents of the files. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: true;
}

/** All the authorities that a system trusts take a part of that. */
const BYTES_MAX = 4 * 1024 * 1024;

interface Unfit {
  readonly fault: string;
}

/** Reads them, or says in words what is wrong with one of them. Relative paths start from `folder`. */
export function readTlsFiles(tls: HttpManner['tls'], folder: string): TlsFiles | Unfit {
  const files: { -readonly [key in keyof TlsFiles]: TlsFiles[key] } = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const path = tls?.[name];
    if (path === undefined) continue;
    const text = read(name, path, folder);
    if (typeof text === 'object') return text;
    files[name] = text;
  }
  const fault = faultOf(files, tls ?? {});
  if (fault !== undefined) return { fault };
  return tls?.insecure === true ? { ...files, insecure: true } : files;
}

function read(name: string, path: string, folder: string): string | Unfit {
  const unfit = (why: string) => ({ fault: `tls.${name}: "${path}"${why}` });
  try {
    return (
      readBytesNow(resolve(folder, path), BYTES_MAX)?.toString() ??
      unfit(': larger than 4 MiB; is this the right file?')
    );
  } catch (error) {
    return unfit(isMissing(error) ? ' does not exist' : `: ${whyUnreadable(error)}`);
  }
}

/** What OpenSSL would say of them in words of its own, or not at all. */
function faultOf({ ca, cert, key }: TlsFiles, paths: NonNullable<HttpManner['tls']>): string | undefined {
  if (ca !== undefined && certificateIn(ca) === undefined) return noCertificate('ca', paths.ca);
  if (cert === undefined || key === undefined) return undefined;
  const certificate = certificateIn(cert);
  if (certificate === undefined) return noCertificate('cert', paths.cert);
  const known = keyIn(key);
  if (known === undefined) {
    if (/ENCRYPTED/.test(key)) {
      return `tls.key: "${paths.key}" is encrypted; name a copy that is not, as "openssl pkey -in ${paths.key}" prints it`;
    }
    return `tls.key: "${paths.key}" holds no private key in the form PEM, with a line "-----BEGIN … PRIVATE KEY-----"`;
  }
  if (certificate.checkPrivateKey(known)) return undefined;
  return `tls.key: "${paths.key}" is not the key of the certificate in "${paths.cert}"; name the one that it was made with`;
}

function noCertificate(name: string, path: string | undefined): string {
  return `tls.${name}: "${path}" holds no certificate in the form PEM, with a line "-----BEGIN CERTIFICATE-----"`;
}

function certificateIn(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

function keyIn(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

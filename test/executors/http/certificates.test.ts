/** Laws of what goes wrong between us and a server about certificates: said in words, with what to do about it. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { explainTls } from '../../../src/executors/http/tls-trouble.ts';
import type { HttpStep } from '../../../src/plan/plan.ts';
import { context, listen, open, step } from './rig.ts';

const PEM = join(import.meta.dirname, '../../support/tls');
const SERVER = readFileSync(join(PEM, 'server.pem'));
const CA = readFileSync(join(PEM, 'ca.pem'));
const CLIENT = join(PEM, 'client.pem');

const { privateKey: OTHER } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const FILES = {
  'other.key': OTHER.export({ type: 'pkcs8', format: 'pem' }),
  'secret.key': OTHER.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
  'old.key': OTHER.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }),
  'key.der': OTHER.export({ type: 'pkcs8', format: 'der' }),
  text: 'no certificate\n',
  empty: '',
};

function folder(): string {
  const at = mkdtempSync(join(tmpdir(), 'runjobs-tls-'));
  onTestFinished(() => rmSync(at, { recursive: true }));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(at, name), content);
  execFileSync('mkfifo', [join(at, 'pipe')]);
  return at;
}

async function reasonOf(url: string, request: Partial<HttpStep>, at = PEM) {
  const outcome = await open(at).execute(step(url, request), context());
  if (outcome.state !== 'failed') throw new Error(`it has ${outcome.state}`);
  return outcome.reason as { type: string; kind?: string; message: string };
}

describe('a file of tls', () => {
  const none = (name: string, path: string) =>
    `tls.${name}: "${path}" holds no certificate in the form PEM, with a line "-----BEGIN CERTIFICATE-----"`;
  const noKey = (path: string) =>
    `tls.key: "${path}" holds no private key in the form PEM, with a line "-----BEGIN … PRIVATE KEY-----"`;
  const encrypted = (path: string) =>
    `tls.key: "${path}" is encrypted; name a copy that is not, as "openssl pkey -in ${path}" prints it`;

  it.each([
    [{ ca: 'text' }, none('ca', 'text')],
    [{ ca: 'other.key' }, none('ca', 'other.key')],
    [{ cert: 'empty', key: 'other.key' }, none('cert', 'empty')],
    [{ cert: 'other.key', key: 'other.key' }, none('cert', 'other.key')],
    [{ cert: CLIENT, key: 'text' }, noKey('text')],
    [{ cert: CLIENT, key: 'key.der' }, noKey('key.der')],
    [{ cert: CLIENT, key: 'secret.key' }, encrypted('secret.key')],
    [{ cert: CLIENT, key: 'old.key' }, encrypted('old.key')],
    [{ cert: CLIENT, key: 'no.key' }, 'tls.key: "no.key" does not exist'],
    [
      { ca: 'pipe' },
      'tls.ca: "pipe": a named pipe, to which nobody may ever write; write what comes from it to a file',
    ],
    [{ ca: '/dev/zero' }, 'tls.ca: "/dev/zero": larger than 4 MiB; is this the right file?'],
    [
      { cert: CLIENT, key: 'other.key' },
      `tls.key: "other.key" is not the key of the certificate in "${CLIENT}"; name the one that it was made with`,
    ],
  ])('that is of no use is told before anything is sent: %j', async (tls, message) => {
    expect(await reasonOf('https://127.0.0.1:1/', { tls }, folder())).toEqual({ type: 'start', message });
  });
});

describe('a server that wants to know who asks', () => {
  const wanting = async (version: 'TLSv1.2' | 'TLSv1.3') => {
    const who = { requestCert: true, rejectUnauthorized: true, ca: CA, minVersion: version, maxVersion: version };
    const { port } = await listen(createServer({ key: SERVER, cert: SERVER, ...who }));
    return `127.0.0.1:${port}`;
  };

  it.each([{}, { http2: true } as const])('and is not told says so with TLS 1.3: %j', async manner => {
    const at = await wanting('TLSv1.3');
    expect(await reasonOf(`https://${at}/`, { tls: { ca: 'ca.pem' }, ...manner })).toEqual({
      type: 'http',
      kind: 'tls',
      message: `GET https://${at}/: ${at} wants a certificate that says who asks; give tls.cert and tls.key`,
    });
  });

  it('and is not told says with TLS 1.2 that it refuses', async () => {
    const at = await wanting('TLSv1.2');
    const { kind, message } = await reasonOf(`https://${at}/`, { tls: { ca: 'ca.pem' } });
    expect(kind).toBe('tls');
    expect(message).toContain(
      `${at} refused the handshake: it wants a certificate that says who asks (give tls.cert and tls.key), or `,
    );
  });

  const isThere = spawnSync('openssl', ['version']).status === 0;

  it.skipIf(!isThere).each(['-tls1_2', '-tls1_3'])('does not accept just any certificate: %s', async version => {
    const at = mkdtempSync(join(tmpdir(), 'runjobs-tls-'));
    onTestFinished(() => rmSync(at, { recursive: true }));
    const own = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=me'];
    spawnSync('openssl', [...own, '-keyout', join(at, 'key'), '-out', join(at, 'cert')]);
    const files = ['-cert', join(PEM, 'server.pem'), '-key', join(PEM, 'server.pem'), '-CAfile', join(PEM, 'ca.pem')];
    const how = ['-Verify', '1', '-verify_return_error', '-www', version];
    const port = await portOf(spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...files, ...how]));
    const tls = { ca: 'ca.pem', cert: join(at, 'cert'), key: join(at, 'key') };
    expect(await reasonOf(`https://127.0.0.1:${port}/`, { tls })).toEqual({
      type: 'http',
      kind: 'tls',
      message: `GET https://127.0.0.1:${port}/: 127.0.0.1:${port} does not accept the certificate of tls.cert: it does not trust the authority that has signed it`,
    });
  });
});

it('a server must be whom the header Host names, where the step has one', async () => {
  const { port } = await listen(createServer({ key: SERVER, cert: SERVER }, (_, response) => void response.end('ok')));
  const url = `https://127.0.0.1:${port}/`;
  const executor = open(PEM);
  const ask = (headers: Record<string, string>) =>
    executor.execute(step(url, { tls: { ca: 'ca.pem' }, headers }), context());
  for (const headers of [{}, { Host: 'secure.test' }, { host: 'secure.test:1' }, {}])
    expect(await ask(headers)).toEqual({ state: 'succeeded', status: 200 });
  expect(await ask({ Host: 'other.test:1' })).toMatchObject({
    reason: {
      kind: 'tls',
      message: `GET ${url}: the certificate of 127.0.0.1:${port} is for another host than "other.test": it is for "127.0.0.1", "localhost" and "secure.test"`,
    },
  });
});

/** Where a server of OpenSSL listens, until the test has finished. */
async function portOf(child: ChildProcess): Promise<string> {
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  if (child.stdout === null) throw new Error('it prints nothing');
  for await (const line of createInterface(child.stdout)) {
    const port = /^ACCEPT .*:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error('it does not listen');
}

describe('an alert', () => {
  const parties = { address: 'site.test:443', host: 'site.test', isKnown: true };
  const refused = 'site.test:443 does not accept the certificate of tls.cert:';

  it.each([
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', `${refused} it does not trust the authority that has signed it`],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', `${refused} it is damaged, or is not the right one`],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', `${refused} it has expired`],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', `${refused} it was revoked`],
    ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', `${refused} it is not of a kind that says who asks`],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', `${refused} it does not say why`],
    [
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      'site.test:443 speaks no version of TLS that is spoken here: 1.2 and 1.3 are',
    ],
    ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'site.test:443 knows no site "site.test"'],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'site.test:443 broke off TLS and says: internal error'],
    ['ERR_SSL_NO_SHARED_CIPHER', 'TLS with site.test:443 failed: no shared cipher'],
    ['ECONNRESET', undefined],
  ])('%s is told in words', (code, words) => {
    expect(explainTls(Object.assign(new Error('x'), { code }), parties)).toBe(words);
  });

  it('about a certificate, where none was given, is no word about that', () => {
    const error = Object.assign(new Error('x'), { code: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE' });
    expect(explainTls(error, { ...parties, isKnown: false })).toBe(
      'site.test:443 broke off TLS and says: bad certificate',
    );
  });
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { runjobs } from '../support/cli.ts';
import { openStage, stageOn } from '../support/queue.ts';
import { type Ending, freePort, noRedis, startRedis, type TestRedis } from '../support/redis.ts';

const RIGHTS = ['~{rj}:*', '&{rj}:*', '+@all', '-@admin', '-@dangerous', '+info', '+client|setname', '+client|list'];

describe.skipIf(noRedis !== undefined).concurrent(`ways to a queue${noRedis ? ` (${noRedis})` : ''}`, () => {
  it('is reached through mutual TLS, as a user with the rights that the README names and no others', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    const { folder } = stage;
    makeCertificates(folder);
    const tlsPort = await freePort();
    const file = (name: string) => join(folder, name);
    const redis = await startRedis(context, {
      args: [
        ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'yes', '--tls-ca-cert-file', file('ca.pem')],
        ...['--tls-cert-file', file('server.pem'), '--tls-key-file', file('server.key')],
      ],
    });
    await redis.client.acl('SETUSER', 'runjobs', 'on', '>secret', ...RIGHTS);
    const url = (files: string) => `rediss://runjobs@localhost:${tlsPort}/0?${files}`;
    const own = { ...redis, password: 'secret' };
    const good = stageOn(own, folder, context, url('ca=ca.pem&cert=me.pem&key=me.key'));
    await good.worker();
    const run = await good.run({ run: 'echo over tls' });
    expect(run.stdout).toContain('[plan] over tls');
    expect(run.exitCode).toBe(0);
    expect((await good.runjobs(['workers'])).stdout).toMatch(/default/);

    const without = await stageOn(own, folder, context, url('ca=ca.pem')).run({ run: 'true' });
    expect([without.exitCode, without.stderr]).toEqual([
      2,
      expect.stringMatching(
        /want(?:s)? a certificate of ours: name it as "\?cert=me\.pem&key=me\.key" in the address; nothing was started/,
      ),
    ]);
    const untrusted = await stageOn(own, folder, context, url('')).run({ run: 'true' });
    expect(untrusted.stderr).toMatch(/the certificate of rediss:.* is not trusted here/);
    const other = await good.run({ run: 'true' }, ['--queue-prefix', '{other}']);
    expect(other.stderr).toMatch(/does not let this user do what runjobs needs/);
    for (const command of [['KEYS', '*'], ['FLUSHALL'], ['CONFIG', 'GET', 'port'], ['GET', 'elsewhere']]) {
      const reply = await redis.client.call('ACL', 'DRYRUN', 'runjobs', ...command);
      expect(String(reply)).toMatch(/no permissions/);
    }
  });

  it('may be a cluster, with a prefix in braces', async context => {
    const { expect } = context;
    const nodes = await startCluster(context, 3);
    const stage = await openStage(context);
    // One whose slots are not ours: it leads to the others.
    const [, , last] = nodes;
    const url = `redis://127.0.0.1:${last?.port}`;
    const { folder } = stage;
    const cluster = stageOn({ ...(last as TestRedis) }, folder, context, url);
    await cluster.worker();
    const run = await cluster.run({ forEach: { N: [1, 2, 3] }, run: 'echo "copy $N"' });
    expect(run.exitCode, `${run.stdout}${run.stderr}`).toBe(0);
    expect(run.stdout).toContain('copy 3\n');
    const wrong = await cluster.run({ run: 'true' }, ['--queue-prefix', 'rj']);
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      `runjobs: ${url} is a cluster, which needs braces in --queue-prefix, such as "{rj}"; nothing was started\n`,
    ]);
  });

  it('has names of its own under another prefix', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker(['--queue-prefix', 'mine']);
    const { exitCode } = await stage.run({ run: 'true' }, ['--queue-prefix', 'mine']);
    expect(exitCode).toBe(0);
    expect((await stage.redis.client.keys('*')).filter(key => !key.startsWith('mine:'))).toEqual([]);
  });

  it('is named in what to do next, at the end of a run and where it is looked at later', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    const { url } = stage.redis;
    await stage.worker(['--queue-prefix', 'mine']);
    const failed = await stage.run({ steps: ['true', { id: 'bad', run: 'exit 3' }] }, ['--queue-prefix', 'mine']);
    const [, id = ''] = /to go on from here: runjobs resume (\S+)/.exec(String(failed.stdout)) ?? [];
    const queue = `--queue ${url} --queue-prefix mine`;
    expect(failed.stdout).toContain(`\nto go on from here: runjobs resume ${id} ${queue}\n`);
    expect(failed.stdout).toContain(`\nto run it again: runjobs plan.json ${queue} --only bad\n`);
    const { stdout: shown } = await runjobs(['show', id], { cwd: stage.folder });
    expect(shown).toContain(`runjobs resume ${id} ${queue}\n`);
    const { stdout: told } = await runjobs(['replay', id, '--reporter', 'plain', '--speed', 'max'], {
      cwd: stage.folder,
    });
    expect(told).toContain(`\nto go on from here: runjobs resume ${id} ${queue}\n`);
  });
});

/** Three servers that share the slots. */
async function startCluster(ending: Ending, count: number): Promise<TestRedis[]> {
  const nodes = await Promise.all(
    Array.from({ length: count }, () =>
      startRedis(ending, {
        args: ['--cluster-enabled', 'yes', '--masterauth', 'a-test-password', '--cluster-port', '0'],
      }),
    ),
  );
  const share = Math.ceil(16384 / count);
  for (const [index, { client }] of nodes.entries()) {
    await client.call(
      'CLUSTER',
      'ADDSLOTSRANGE',
      String(index * share),
      String(Math.min(16383, (index + 1) * share - 1)),
    );
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  for (const { port } of nodes.slice(1)) await nodes[0]?.client.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  for (const { client } of nodes) {
    while (!String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      await new Promise(done => setTimeout(done, 50));
    }
  }
  return nodes;
}

/** A CA, and certificates of a server for localhost and of a client. */
function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test ca');
  for (const [name, subject] of [
    ['server', '/CN=localhost'],
    ['me', '/CN=runjobs'],
  ] as const) {
    openssl(
      ...['req', '-x509', ...key, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', subject],
      ...[
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-addext',
        'subjectAltName=DNS:localhost',
        '-addext',
        'basicConstraints=critical,CA:FALSE',
      ],
    );
  }
}

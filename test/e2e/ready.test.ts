/** Background steps that others wait for: real servers, real deaths, and nothing left of them. */
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN, planFile, printed, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { say, stage, wait } from '../support/crashes.ts';
import { freePort } from '../support/jobs.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';

const SITE = ['node', resolve('jobs/site/server.mjs')];

let counter = 0;
/** Runs the plan, and tells what is left of its processes. */
async function finished(plan: Record<string, unknown>) {
  const MARKER = `runjobs-ready-${process.pid}-${++counter}`;
  const file = planFile({ ...plan, env: { MARKER, ...(plan.env as object) } });
  const result = await runjobs([file, '--reporter', 'plain', '--state-dir', temporaryFolder()]);
  return { ...result, stdout: String(result.stdout), left: processesWith(`MARKER=${MARKER}`) };
}

const server = (ready: unknown, more: object = {}) => ({ id: 'server', run: SITE, background: true, ready, ...more });

describe('a server with ready', () => {
  it.each([
    ['http', { http: `http://127.0.0.1:\${PORT}/` }],
    ['http with an expectation', { http: { url: `http://127.0.0.1:\${PORT}/none`, expect: { status: 404 } } }],
    ['tcp', { tcp: `\${PORT}` }],
    ['log', { log: '/^listening$/' }],
    ['run', { run: 'node -e "fetch(\'http://127.0.0.1:$PORT/\').catch(() => process.exit(1))"' }],
  ])('is waited for by %s, and the next step needs no second attempt', async (_, ready) => {
    const PORT = await freePort();
    const page = { id: 'page', http: `http://127.0.0.1:\${PORT}/` };
    const { exitCode, stdout, left } = await finished({ env: { PORT }, steps: [server(ready), page] });
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/❯ server: ready after .* s\n❯ page/);
    expect(stdout).toContain('[page] Hello from the page\n');
    expect(left).toEqual([]);
  });

  it('that dies early fails the group at once, with what it has printed', async () => {
    const plan = {
      steps: [
        server({ tcp: await freePort() }, { run: 'echo "no such database"; exit 3' }),
        { id: 'test', run: 'echo never' },
      ],
    };
    const { exitCode, stdout } = await finished(plan);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('↓ test skipped: "server" failed before it\n');
    expect(stdout).toMatch(/✖ server exit 3 .*\n.*\n {2}│ no such database\n/);
  });

  it('that is not ready in time is stopped, with all that it has started, and tells the last answer', async () => {
    const port = await freePort();
    const plan = {
      steps: [
        server({ tcp: port, timeout: '300ms', every: '50ms' }, { run: 'setsid sleep 100 & echo up; sleep 100' }),
        'echo never',
      ],
    };
    const { exitCode, stdout, left } = await finished(plan);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`✖ server not ready after 300ms: nothing listens on 127.0.0.1:${port} (`);
    expect(left).toEqual([]);
  });

  it('is stopped by Ctrl-C while it is waited for, the probe that runs with it', async () => {
    const MARKER = `runjobs-ready-${process.pid}-${++counter}`;
    const file = planFile({
      env: { MARKER },
      steps: [server({ run: 'echo asked > "$FILE"; trap "" TERM; sleep 100' }, { run: 'sleep 100' }), 'echo never'],
    });
    const FILE = join(temporaryFolder(), 'asked');
    const child = runjobs([file, '--state-dir', temporaryFolder()], { env: { FILE } });
    await until(() => existsSync(FILE));
    child.kill('SIGINT');
    const { exitCode, stdout } = await child;
    expect(exitCode ?? 130).toBe(130);
    expect(String(stdout)).toContain('↓ 2 skipped: interrupted by Ctrl-C (SIGINT)');
    expect(processesWith(`MARKER=${MARKER}`)).toEqual([]);
  });

  it('that crashes while others rely on it is started again, and judged again', async () => {
    const PORT = await freePort();
    const folder = temporaryFolder();
    const { exitCode, stdout } = await finished({
      env: { PORT, FOLDER: folder },
      steps: [
        server(
          { log: 'listening' },
          { run: 'echo $$ > "$FOLDER/pid"; exec node "$SITE"', env: { SITE: SITE[1] }, retry: { times: 1, delay: 0 } },
        ),
        { id: 'crash', run: 'kill -9 "$(cat "$FOLDER/pid")"' },
        { id: 'page', http: `http://127.0.0.1:\${PORT}/`, retry: { times: 100, delay: '50ms', factor: 1 } },
      ],
    });
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain('⚠ server killed by SIGKILL (137, often out of memory), attempt 2 of 2 now\n');
    expect(stdout).toContain('[page] Hello from the page\n');
  });

  it('asks with its secret, and shows it nowhere', async () => {
    const asked: string[] = [];
    const site = createServer((request, response) => {
      asked.push(request.headers.authorization ?? '');
      response.writeHead(500).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void site.close());
    await new Promise(done => site.once('listening', done));
    const { port } = site.address() as { port: number };
    const plan = (ready: object) => planFile({ secrets: ['TOKEN'], steps: [server(ready, { run: 'sleep 100' }), 'x'] });
    const env = { TOKEN: 'correct-horse', PORT: String(port) };
    const url = `http://127.0.0.1:\${PORT}/\${TOKEN}`;
    const request = { url, headers: { Authorization: `Bearer \${TOKEN}` } };
    const options = ['--reporter', 'plain', '--state-dir', temporaryFolder()];
    const http = await runjobs([plan({ http: request, timeout: '2s' }), ...options], { env });
    expect(asked[0]).toBe('Bearer correct-horse');
    expect(String(http.stdout)).toContain('/*** answered 500');
    const run = await runjobs([plan({ run: 'echo "no $TOKEN"; exit 1', timeout: '2s' }), ...options], { env });
    expect(String(run.stdout)).toContain('not ready after 2s: exit 1: no ***');
    const { stdout } = await runjobs(['show', '--state-dir', options[3] ?? '']);
    for (const text of [http.stdout, run.stdout, stdout]) expect(String(text)).not.toContain('correct-horse');
  });
});

it('a resumed run starts its background steps again, and waits until they are ready', async () => {
  const at = stage({
    steps: [
      {
        id: 'server',
        background: true,
        run: `${say('server')}; echo listening; sleep 100`,
        ready: { log: 'listening' },
      },
      { id: 'a', run: say('a') },
      { id: 'b', run: wait('b') },
    ],
  });
  const first = at.start();
  await printed(first, '[b] ready');
  first.kill('SIGKILL');
  await first;
  await until(() => at.left().length === 0);
  at.go();
  const { exitCode, stdout } = await at.resume();
  expect(exitCode, String(stdout)).toBe(0);
  expect(String(stdout)).toMatch(/❯ server: ready after .*\n❯ b/);
  expect(at.done()).toEqual(['server', 'a', 'b', 'server', 'b', 'b-end']);
  expect(at.left()).toEqual([]);
});

it('the steps that --skip leaves out hold nobody', async () => {
  const file = planFile({ steps: [server({ tcp: 1, timeout: '1h' }, { run: 'sleep 100' }), 'echo on'] });
  const { exitCode, stdout } = await runjobs([file, '--skip', 'server', '--state-dir', temporaryFolder()]);
  expect(exitCode).toBe(0);
  expect(String(stdout)).toContain('[2] on');
});

it('check shows what is waited for', async () => {
  const gather = [
    { id: 'a', run: 'a', background: true, ready: { http: 'HEAD http://127.0.0.1/' } },
    { id: 'b', run: 'b', background: true, ready: { tcp: 80 } },
    { id: 'c', run: 'c', background: true, ready: { log: '/up/' } },
    { id: 'd', run: 'd', background: true, ready: { run: 'ask\nagain' } },
  ];
  const { stdout } = await runjobs(['check', planFile({ gather })]);
  expect(String(stdout).trimEnd().split('\n').slice(1)).toEqual([
    '├─ a · a · background · ready HEAD http://127.0.0.1/',
    '├─ b · b · background · ready tcp 80',
    '├─ c · c · background · ready log "/up/"',
    '└─ d · d · background · ready run ask …',
  ]);
});

it.skipIf(noTerminal !== undefined)(
  'the live view says that a step is waited for, and then that it is ready',
  async () => {
    const GO = join(temporaryFolder(), 'go');
    const plan = planFile({
      env: { GO },
      steps: [
        server({ run: 'test -e "$GO"', every: '50ms' }, { run: 'sleep 100' }),
        { id: 'work', run: 'while [ ! -e "$GO.on" ]; do sleep 0.05; done' },
      ],
    });
    const screen = openTerminal(`${process.execPath} ${BIN} ${plan} --state-dir ${temporaryFolder()}`);
    await screen.shows('waiting until ready');
    writeFileSync(GO, '');
    await screen.shows('ready after');
    writeFileSync(`${GO}.on`, '');
    expect(await screen.ended).toBe(0);
  },
);

describe('a pattern that a line makes try without end', () => {
  it('freezes nothing: the service is not ready in time, and the run ends', async () => {
    const server = `printf '%040d!\\n' 0; exec sleep 100`;
    const plan = planFile({
      steps: [{ id: 's', background: true, run: server, ready: { log: '/(0+)+$/', timeout: '500ms' } }, 'echo next'],
    });
    const { exitCode, stdout } = await runjobs([plan, '--reporter', 'plain', '--state-dir', temporaryFolder()]);
    expect(exitCode, String(stdout)).toBe(1);
    expect(String(stdout)).toMatch(/✖ s not ready after 500ms: no line/);
  });
});

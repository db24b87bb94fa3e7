/** Secrets are shown and kept nowhere: a plan that prints them in every way, through every reporter, killed and resumed. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spellingsOf } from '../../src/events/spellings.ts';
import { NAMES } from '../../src/reporters/choose.ts';
import { BIN, planFile, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { someOf } from '../support/spellings.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';

const TOKEN = `T0k/en+<é>&'x "y" z=`;
const KEY =
  '-----BEGIN TEST KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\nq8x7\nZm9vYmFyYmF6cXV4\n-----END TEST KEY-----\n';
const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const inForm = (text: string) => new URLSearchParams({ a: text }).toString().slice(2);
const encoders = [inJson, encodeURIComponent, encodeURI, inForm];
const SPELLINGS = [TOKEN, KEY].flatMap(secret => [
  ...spellingsOf(secret).flatMap(someOf),
  ...encoders.flatMap(first => encoders.map(second => second(first(secret)))),
  ...encoders.map(encode => encode(secret)),
]);
const SAYS = `node ${resolve('test/commands/tells-secrets.mjs')}`;
const HALF = TOKEN.slice(0, 9);

/** Answers with all that it is told. */
const echo = createServer(async (request, response) => {
  response.statusCode = request.url?.startsWith('/bad') ? 404 : 200;
  if (request.url?.startsWith('/cookie')) response.setHeader('set-cookie', `c=${encodeURIComponent(TOKEN)}`);
  response.end(JSON.stringify({ url: request.url, headers: request.headers, body: await text(request) }));
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>(done => void echo.listen(0, '127.0.0.1', done));
  port = (echo.address() as { port: number }).port;
});
afterAll(() => void echo.close());

/** The plan; its step `split` waits for the file `$GO` between two halves of the secret. */
const plan = () => ({
  secrets: ['TOKEN', 'KEY'],
  env: { URL: `http://127.0.0.1:${port}` },
  steps: [
    { id: 'forms', name: 'all forms of ${TOKEN}', run: `${SAYS} TOKEN KEY` },
    {
      id: 'split',
      run: 'printf "before %s" "$HALF"; touch "$READY"; until test -e "$GO"; do sleep 0.05; done; printf "%s after\\n" "${TOKEN#"$HALF"}"',
      env: { HALF },
    },
    { id: 'traced', run: 'set -x; : "$TOKEN" "$KEY"' },
    { id: 'fails', run: 'echo "no: $TOKEN" >&2; exit 3', allowFailure: true, retry: { times: 1, delay: 0 } },
    { id: 'unknown', run: ['${TOKEN}', '${KEY}'], allowFailure: true },
    { id: 'nowhere', run: 'true', cwd: '/${TOKEN}', allowFailure: true },
    { id: 'echoes', http: { url: '${URL}/good?q=${TOKEN}', headers: { Authorization: 'Bearer ${TOKEN}' } } },
    { id: 'refused', http: '${URL}/bad/${TOKEN}?q=${TOKEN}', allowFailure: true },
    { id: 'basic', http: 'http://me:you@127.0.0.1:1/${TOKEN}', allowFailure: true },
    { id: 'host', http: 'http://me:${TOKEN}@127.0.0.1:1/', allowFailure: true },
    { id: 'query', http: { url: '${URL}/good', query: { q: '${TOKEN}', k: ['${KEY}', '${TOKEN}'] } } },
    { id: 'form', http: { url: '${URL}/good', method: 'POST', form: { f: '${TOKEN}' }, idempotencyKey: '${TOKEN}' } },
    { id: 'parts', http: { url: '${URL}/good', method: 'POST', multipart: { '${TOKEN}': 'x', p: '${TOKEN}' } } },
    { id: 'who', http: { url: '${URL}/good', auth: { basic: { user: 'ann', password: '${TOKEN}' } } } },
    { id: 'cookie', http: '${URL}/cookie' },
    { id: 'cookie-sent', http: '${URL}/good' },
    {
      id: 'expects',
      http: {
        url: '${URL}/cookie?q=${TOKEN}',
        expect: { headers: { 'set-cookie': '${TOKEN}' }, json: { '/url': '${TOKEN}', '/headers/host': '${KEY}' } },
      },
      allowFailure: true,
    },
    {
      id: 'proxied',
      http: { url: 'http://h.test/${TOKEN}', proxy: 'http://me:${TOKEN}@127.0.0.1:1' },
      allowFailure: true,
    },
    { id: 'socket', http: { url: 'http://h.test/', socket: '/tmp/${TOKEN}' }, allowFailure: true },
    { id: 'certified', http: { url: 'https://h.test/', tls: { ca: '${TOKEN}' } }, allowFailure: true },
    { id: 'leaves', run: `sh -c 'sleep 60; : "$0"' "$TOKEN" & echo left`, stop: { grace: '100ms' } },
    {
      id: 'slow to stop',
      steps: [
        {
          id: 'server',
          background: true,
          run: ['sh', '-c', 'trap "" TERM; echo "up $0"; sleep 60 & wait; sleep 60', '${TOKEN}'],
          stop: { run: 'echo "stopping $TOKEN"', grace: '1500ms' },
        },
        'sleep 0.2',
      ],
    },
    { id: 'ends', run: 'echo "$TOKEN" && exit 4' },
  ].map(step => ({ ...step, id: step.id.replaceAll(' ', '-') })),
  finally: ['echo "finally $TOKEN"'],
});

interface Stage {
  readonly file: string;
  readonly state: string;
  readonly env: Record<string, string>;
}

function stage(isOpen: boolean): Stage {
  const folder = temporaryFolder();
  const at = {
    file: planFile(JSON.stringify(plan()).replace(JSON.stringify(HALF), '"${TOKEN_HALF}"')),
    state: join(folder, 'state'),
    env: { TOKEN, KEY, TOKEN_HALF: HALF, READY: join(folder, 'ready'), GO: join(folder, 'go') },
  };
  if (isOpen) writeFileSync(at.env.GO, '');
  return at;
}

/** What of the secrets a text shows. */
function leaks(text: string): string[] {
  return SPELLINGS.filter(spelling => text.includes(spelling));
}

/** Every file of a folder in which something of the secrets is, with what. */
function leaksIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap(name => {
    const path = join(folder, name);
    return [name, statSync(path).isFile() ? readFileSync(path, 'utf8') : ''].flatMap(text =>
      leaks(text).map(leak => `${name}: ${leak}`),
    );
  });
}

function filesIn(folder: string, pattern: RegExp): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => pattern.test(name))
    .map(name => readFileSync(join(folder, name), 'utf8'))
    .join('');
}

/** The command lines of our own processes, and of the watchdog, that show a secret. */
function seenCommandLines(mark: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark) ? [line] : [];
      } catch {
        return [];
      }
    });
}

const looks = (result: { stdout?: unknown; stderr?: unknown }) => `${String(result.stdout)}${String(result.stderr)}`;

/** What every command that looks at the run afterwards prints. */
async function lookedAt({ file, state, env }: Stage): Promise<string> {
  const at = ['--state-dir', state];
  const commands = [
    ['show'],
    ['show', '--json'],
    ['show', 'last', 'unknown'],
    ['logs'],
    ['logs', 'last', 'forms'],
    ['runs', '--json'],
  ];
  const printed = await Promise.all(
    commands.map(async args => looks(await runjobs([...args, ...at], { env: { TERM: 'x' } }))),
  );
  return [...printed, looks(await runjobs(['check', file], { env }))].join('\n');
}

describe('a secret', () => {
  it.each(NAMES.filter(name => name !== 'live'))(
    'is not shown by the reporter %s, nor kept, nor told afterwards',
    async name => {
      const at = stage(true);
      const result = await runjobs(
        [at.file, '-r', name, '-r', `plain:${join(at.state, '..', 'file.log')}`, '--state-dir', at.state],
        {
          env: at.env,
        },
      );
      const text = looks(result);
      expect(result.exitCode, text).toBe(1);
      expect(text).toContain('***');
      expect(leaks(text)).toEqual([]);
      expect(leaks(readFileSync(join(at.state, '..', 'file.log'), 'utf8'))).toEqual([]);
      expect(leaksIn(at.state)).toEqual([]);
      const later = await lookedAt(at);
      expect(later).toContain('***');
      expect(leaks(later)).toEqual([]);
      // All ways were gone, and nothing but the secrets is missing.
      const journal = filesIn(at.state, /journal/);
      for (const words of [
        '"all forms of ***"',
        '/bad/***?q=***',
        'http://me:***@127.0.0.1:1/***: ',
        'is to stand in the host of the url',
        '"warning"',
        '"step.stopping"',
        '/***\\" does not',
      ])
        expect(journal.includes(words), words).toBe(true);
      expect(filesIn(at.state, /split\.log$/)).toBe('before *** after\n');
      expect(filesIn(at.state, /server\.log$/)).toBe('up ***\nstopping ***\n');
      expect(filesIn(at.state, /fails\.log$/)).toBe('no: ***\nno: ***\n');
      expect(filesIn(at.state, /echoes\.log$/)).toMatch(/"url":"\/good\?q=\*\*\*".*"authorization":"Bearer \*\*\*"/);
    },
  );

  it.skipIf(noTerminal)('is not shown by the live view', async () => {
    const at = stage(true);
    const screen = openTerminal(`node ${BIN} ${at.file} -r live --state-dir ${at.state}`, 100, 40, at.env);
    expect(await screen.ended).toBe(1);
    expect(screen.raw()).toContain('***');
    expect(leaks(screen.raw())).toEqual([]);
    expect(leaks((await screen.lines()).join('\n'))).toEqual([]);
    expect(leaksIn(at.state)).toEqual([]);
  });

  it('is held back while only its beginning is printed, nothing else is; runjobs has it in no command line; a killed run leaves none, and asks for it to go on', async () => {
    const at = stage(false);
    const args = ['-r', 'ndjson', '--state-dir', at.state];
    const first = runjobs([at.file, ...args], { env: at.env });
    await until(() => existsSync(at.env.READY ?? ''));
    await until(() => filesIn(at.state, /split\.log$/) !== '');
    expect(filesIn(at.state, /split\.log$/)).toBe('before ');
    const lines = seenCommandLines(at.env.GO ?? '');
    expect(lines.some(line => line.includes('runjobs.cjs'))).toBe(true);
    expect(leaks(lines.join('\n'))).toEqual([]);
    first.kill('SIGKILL');
    expect(leaks(looks(await first))).toEqual([]);
    expect(leaksIn(at.state)).toEqual([]);

    const { TOKEN: _token, KEY: _key, ...others } = at.env;
    const without = await runjobs(['resume', ...args], { env: others });
    expect(without.exitCode).toBe(2);
    expect(without.stderr).toContain('root.secrets[0]: the secret "TOKEN" has no value; give it in the environment');
    expect(without.stderr).toContain('root.secrets[1]: the secret "KEY" has no value');

    writeFileSync(at.env.GO ?? '', '');
    const second = await runjobs(['resume', ...args], { env: at.env });
    expect(second.exitCode).toBe(1);
    expect(leaks(looks(second))).toEqual([]);
    expect(leaksIn(at.state)).toEqual([]);
    expect(filesIn(at.state, /split\.log$/)).toBe('before before *** after\n');
    expect(leaks(await lookedAt(at))).toEqual([]);
  });

  it('is not lost when the run is interrupted: what was held back of it is shown, for it was not all', async () => {
    const at = stage(false);
    const child = runjobs([at.file, '--state-dir', at.state], { env: at.env });
    await until(() => existsSync(at.env.READY ?? '') && filesIn(at.state, /split\.log$/) !== '');
    child.kill('SIGINT');
    await child;
    expect(filesIn(at.state, /split\.log$/)).toBe(`before ${HALF}`);
    expect(leaksIn(at.state)).toEqual([]);
  });

  it('that stands in the plan stops runjobs before anything starts, and is not shown', async () => {
    const file = planFile(
      `secrets: [TOKEN]\nsteps:\n  - |\n    echo started; echo '${TOKEN.replaceAll("'", '')}'\n`,
      'plan.yaml',
    );
    const env = { TOKEN: TOKEN.replaceAll("'", '') };
    for (const args of [[file], ['check', file]]) {
      const { exitCode, stdout, stderr } = await runjobs(args, { env });
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('root.steps[0]: contains the value of the secret "TOKEN"; write $TOKEN in its place');
      expect(stderr).not.toContain('echo');
    }
  });

  it('that is short, or is given no value, stops runjobs before anything starts; all are told at once', async () => {
    const { exitCode, stdout, stderr } = await runjobs([planFile({ secrets: ['PIN', 'KEY'], run: 'echo started' })], {
      env: { PIN: '12#45' },
    });
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('root.secrets[0]: the value of the secret "PIN" has fewer than 6 characters');
    expect(stderr).toContain('root.secrets[1]: the secret "KEY" has no value; give it in the environment');
    expect(stderr).not.toContain('12#45');
  });

  it('is masked though a slow reader takes the output in small pieces', async () => {
    const file = planFile({
      secrets: ['TOKEN'],
      run: 'i=0; while [ $i -lt 3000 ]; do echo "$i $TOKEN"; i=$((i+1)); done',
    });
    const child = spawn(process.execPath, [BIN, file, '-r', 'plain', '--state-dir', temporaryFolder()], {
      env: { ...process.env, TOKEN },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.setEncoding('utf8');
    let text = '';
    for await (const chunk of child.stdout) text += chunk;
    expect(leaks(text)).toEqual([]);
    expect(text.match(/ \*\*\*$/gm)?.length).toBe(3000);
  });
});

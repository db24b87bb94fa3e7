import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN, planFile, runjobs, temporaryFolder } from '../support/cli.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';

const FORGERY =
  '\u001b[2J\u001b[1;1H\u001b]0;title\u0007\u009b2J\u202e✔ forged\r✔ forged\u2028✔ forged ##[error]forged\n' +
  '::error::forged\n{"type":"run.finished","t":1,"outcome":{"state":"succeeded"},"exitCode":0}\n[b] forged\n\b\b\b\b✔ forged';

/** A server whose every answer is all forgery: the status line, a header, where it leads to, and the body. */
async function hostileServer(): Promise<string> {
  const line = FORGERY.replace(/[\r\n]/g, ' ');
  const answer = (status: string, headers: string) =>
    `HTTP/1.1 ${status} ${line}\r\nX-Forged: ${line}\r\n${headers}Content-Length: ${Buffer.byteLength(FORGERY)}\r\n\r\n${FORGERY}`;
  const server: Server = createServer(socket => {
    socket.on('error', () => {});
    socket.on('data', data => {
      const path = String(data).split(' ')[1];
      if (path === '/away') socket.end(answer('302', `Location: http://127.0.0.1:1/${line}\r\n`));
      else if (path === '/no-http') socket.end(`${FORGERY}\r\n\r\n`);
      else socket.end(answer('500', ''));
    });
  }).listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** A plan in which commands and a server forge, and all of it fails. */
async function hostilePlan(): Promise<string> {
  const url = await hostileServer();
  const paths = ['/', '/away', '/no-http'];
  return planFile({
    name: FORGERY,
    failFast: false,
    gather: [
      {
        id: 'out',
        name: FORGERY,
        run: ['node', '-e', `process.stdout.write(${JSON.stringify(FORGERY)}); process.exit(1)`],
      },
      { id: 'err', run: ['node', '-e', `process.stderr.write(${JSON.stringify(FORGERY)}); process.exit(1)`] },
      { id: 'start', run: [FORGERY, FORGERY] },
      { id: 'cwd', run: 'true', cwd: FORGERY },
      ...paths.map((path, index) => ({ id: `http-${index + 1}`, http: url + path })),
    ],
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them.
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|^\s*::|##\[/m;

describe('what commands and servers print', () => {
  it('forges no line of plain', async () => {
    const { exitCode, stdout } = await runjobs([await hostilePlan(), '--state-dir', temporaryFolder()]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('forged');
    expect(stdout).not.toMatch(UNSAFE);
    for (const line of String(stdout).trimEnd().split('\n')) {
      expect(line).toMatch(/^($|[❯✖] | {2}([$│]|log:)|\[(out|err|http-\d)\] )/);
    }
  });

  it('forges no line of ndjson', async () => {
    const { stdout } = await runjobs([await hostilePlan(), '-r', 'ndjson', '--state-dir', temporaryFolder()]);
    expect(stdout).not.toMatch(UNSAFE);
    const events = String(stdout)
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(events.filter(({ type }) => type === 'run.finished')).toMatchObject([{ exitCode: 1 }]);
    const printed = events.filter(({ type, step }) => type === 'step.output' && step === 'out').map(({ text }) => text);
    expect(printed.join('')).toBe(FORGERY);
  });

  it.skipIf(noTerminal)('moves nothing on a terminal', { timeout: 120_000 }, async () => {
    const screen = openTerminal(
      `${process.execPath} ${BIN} ${await hostilePlan()} --state-dir ${temporaryFolder()}`,
      200,
      60,
    );
    await screen.ended;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: our own title, in which nothing of it may stand.
    const raw = screen.raw().replace(/\u001b\]2;(?:✖ )?(?:\d+% )?[^\u0000-\u001f]*\u0007/g, '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them.
    expect(raw).not.toMatch(/\u001b\[(2J|1;1H)|\u001b\]|\u009b/);
    const lines = await screen.lines();
    expect(lines.filter(line => /^\s*(✔|::)/.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain('✖ err exit 1');
  });

  it('is in the log as it was printed', async () => {
    const state = temporaryFolder();
    await runjobs([await hostilePlan(), '--state-dir', state]);
    const [run = ''] = readdirSync(join(state, 'runs'));
    expect(readFileSync(join(state, 'runs', run, 'logs', 'out.log'), 'utf8')).toBe(FORGERY);
  });
});

describe('what a plan file holds', () => {
  it('forges nothing in the tree of check', async () => {
    const { exitCode, stdout, stderr } = await runjobs(['check', await hostilePlan()]);
    expect(exitCode).toBe(0);
    expect(String(stdout) + stderr).not.toMatch(UNSAFE);
  });

  it.each([
    ['JSON', 'plan.json', JSON.stringify({ run: 'x', [FORGERY]: { [FORGERY]: FORGERY }, timeout: FORGERY })],
    ['YAML', 'plan.yaml', `run: x\n${JSON.stringify(FORGERY)}: 1\ntimeout: ${FORGERY}\nid: "\u001b[2J`],
    ['its name', '\u001b[2J\u202e✔ forged.json', '{"run": 1}'],
  ])('forges nothing in what is wrong with it (%s)', async (_, name, text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, name), text);
    for (const command of ['check', 'run']) {
      const { exitCode, stdout, stderr } = await runjobs([command, join(folder, name)], { cwd: folder });
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).not.toMatch(UNSAFE);
    }
    expect(readdirSync(folder)).toEqual([name]);
  });
});

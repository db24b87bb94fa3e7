/** Plans that use others, in real files and processes. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printed, runjobs, temporaryFolder } from '../support/cli.ts';

/** Writes the files into a folder of their own. */
function project(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const state = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const env = { XDG_STATE_HOME: state };
  return {
    folder,
    start: (...args: string[]) => runjobs([...args, '--reporter', 'plain'], { cwd: folder, env }),
    tell: (...args: string[]) => runjobs(args, { cwd: folder, env }),
  };
}

const said = (stdout: unknown) =>
  String(stdout)
    .split('\n')
    .filter(line => line.startsWith('['));

describe('a plan of another folder', () => {
  it('means the same as by itself: its folder, files, lists, programs and shell', async () => {
    const at = project({
      'plan.yaml': 'shell: bash\ncwd: elsewhere\nsteps: [{ use: sub/used.yaml, env: { FROM: outside } }]\n',
      'sub/used.yaml': `
envFile: own.env
steps:
  - { id: where, run: 'basename "$PWD"; cat text; tool; echo "$OWN $FROM"' }
  - { id: each, forEach: { F: { glob: "*.txt" }, L: { lines: list } }, run: 'echo "$F $L"', limit: 1 }
  - { id: to, run: echo kept, saveTo: out/kept }
  - { id: down, cwd: deep, run: 'basename "$PWD"' }
`,
      'sub/own.env': 'OWN=of the file\n',
      'sub/text': 'a text\n',
      'sub/a.txt': '',
      'sub/list': 'l1\n',
      'sub/deep/.keep': '',
      'sub/node_modules/.bin/tool': '#!/bin/sh\necho tool of sub\n',
    });
    chmodSync(join(at.folder, 'sub/node_modules/.bin/tool'), 0o755);
    const { exitCode, stdout } = await at.start('plan.yaml');
    expect(said(stdout), String(stdout)).toEqual([
      '[used/where] sub',
      '[used/where] a text',
      '[used/where] tool of sub',
      '[used/where] of the file outside',
      '[used/each[1]] a.txt l1',
      '[used/to] [not shown: 5 bytes for the file "out/kept"]',
      '[used/down] deep',
    ]);
    expect(exitCode).toBe(0);
    expect(readFileSync(join(at.folder, 'sub/out/kept'), 'utf8')).toBe('kept\n');
    const alone = await at.start('sub/used.yaml', '--set', 'X=1');
    expect(String(alone.stderr)).toContain('the plan has no inputs');
    const itself = await at.start('sub/used.yaml');
    expect(said(itself.stdout).slice(0, 3)).toEqual(['[where] sub', '[where] a text', '[where] tool of sub']);
  });

  it('is checked with the plan that uses it: its errors come with its own lines, and nothing starts', async () => {
    const at = project({
      'plan.yaml': 'steps: ["echo started", { use: sub/used.yaml }]\n',
      'sub/used.yaml': 'steps:\n  - run: echo\n    timout: 1s\n',
    });
    const { exitCode, stderr, stdout } = await at.tell('plan.yaml');
    expect(exitCode).toBe(2);
    expect(String(stderr)).toBe(
      'sub/used.yaml:3:5 root.steps[0].timout: unknown key, did you mean "timeout"?\n' +
        '  2 |   - run: echo\n  3 |     timout: 1s\n    |     ^\n\n1 problem in plan.yaml; nothing was started.\n',
    );
    expect(String(stdout)).toBe('');
  });

  it('has its lock while it runs: a run of it by itself is refused meanwhile', async () => {
    const at = project({
      'plan.yaml': 'steps: [{ use: used.yaml }, "echo after"]\n',
      'used.yaml': 'lock: true\nrun: echo ready; while [ ! -e go ]; do sleep 0.05; done\n',
    });
    const first = at.start('plan.yaml');
    await printed(first, '] ready');
    const refused = await at.start('used.yaml');
    expect(refused.exitCode).toBe(75);
    const inside = await at.start('plan.yaml');
    expect(inside.exitCode).toBe(1);
    expect(String(inside.stdout)).toMatch(
      /✖ used "used" is locked: run \d{8}-[\w-]+ \(pid \d+, plan .*used\.yaml\) has held it for \d+s; to wait for it/,
    );
    writeFileSync(join(at.folder, 'go'), '');
    expect((await first).exitCode).toBe(0);
    expect((await at.start('used.yaml')).exitCode).toBe(0);
  });
});

it('a used plan whose lock says held: skip is skipped while another run holds it', async () => {
  const at = project({
    'plan.yaml': 'steps: [{ id: backup, use: used.yaml }, "echo after"]\n',
    'used.yaml': 'lock: { held: skip }\nrun: echo ready; while [ ! -e go ]; do sleep 0.05; done\n',
  });
  const first = at.start('used.yaml');
  await printed(first, '] ready');
  const { exitCode, stdout } = await at.start('plan.yaml');
  expect(exitCode).toBe(0);
  expect(String(stdout)).toMatch(
    /↓ backup skipped: "used" is locked: run \S+ \(pid \d+, plan .*\) has held it for \d+s\n/,
  );
  expect(String(stdout)).toContain('] after\n');
  writeFileSync(join(at.folder, 'go'), '');
  expect((await first).exitCode).toBe(0);
});

describe('a definition', () => {
  const files = {
    'plan.yaml': `
env: { OUT: dist }
inputs: { LEVEL: { default: low } }
define:
  build: { description: Builds it, inputs: { WHAT: {} }, run: 'echo "$WHAT into $OUT at $LEVEL"' }
  all: { gather: [{ id: a, use: "#build", env: { WHAT: a } }, { id: b, use: "#build", env: { WHAT: b } }] }
`,
  };

  it('is run by its name behind that of the plan, and listed by check and --help', async () => {
    const at = project(files);
    const { exitCode, stdout } = await at.start('plan.yaml#build', '--set', 'WHAT=it', '--set', 'LEVEL=high');
    expect(said(stdout)).toEqual(['[plan#build] it into dist at high']);
    expect(exitCode).toBe(0);
    expect(said((await at.start('plan.yaml#all')).stdout).sort()).toEqual([
      '[a] a into dist at low',
      '[b] b into dist at low',
    ]);
    for (const args of [
      ['check', 'plan.yaml'],
      ['plan.yaml', '--help'],
    ]) {
      expect(String((await at.tell(...args)).stdout)).toMatch(/#build {2}Builds it\n {2}#all\n/);
    }
  });

  it('is named where a plan without a body is started', async () => {
    const at = project(files);
    const { exitCode, stderr } = await at.tell('plan.yaml');
    expect(exitCode).toBe(2);
    expect(String(stderr)).toContain(
      'plan.yaml root: no body: the plan only defines steps; name one of them behind its file: #build or #all\n',
    );
    const unknown = await at.tell('plan.yaml#bild');
    expect(unknown.exitCode).toBe(2);
    expect(String(unknown.stderr)).toContain('plan.yaml defines no "bild", did you mean "build"?');
  });

  it('is resumed as such, in the midst of what it uses', async () => {
    const at = project({
      'plan.yaml': `
define:
  one: { steps: ['echo "one $N"', { run: 'test -e "fail-$N" && exit 1; echo "two $N"' }] }
  all: { gather: [{ id: a, use: "#one", env: { N: a } }, { id: b, use: "#one", env: { N: b } }], failFast: false }
`,
      'fail-b': '',
    });
    const first = await at.start('plan.yaml#all');
    expect(first.exitCode).toBe(1);
    expect(said(first.stdout).sort()).toEqual(['[a/1] one a', '[a/2] two a', '[b/1] one b']);
    const { rmSync } = process.getBuiltinModule('node:fs');
    rmSync(join(at.folder, 'fail-b'));
    const second = await at.start('resume');
    expect(second.exitCode, String(second.stderr)).toBe(0);
    expect(said(second.stdout)).toEqual(['[b/2] two b']);
    const env = await at.tell('show', 'last', 'b/2', '--env');
    expect(String(env.stdout)).toMatch(/^ {2}N +b +env of b$/m);
  });

  it('is left out, or run alone, by the paths of its steps', async () => {
    const at = project({
      'plan.yaml':
        'define: { d: { steps: [{ id: x, run: echo x }, { id: y, run: echo y }] } }\nsteps: [{ use: "#d" }, "echo end"]\n',
    });
    expect(said((await at.start('plan.yaml', '--only', 'd/y')).stdout)).toEqual(['[d/y] y']);
    expect(said((await at.start('plan.yaml', '--skip', 'd/x')).stdout)).toEqual(['[d/y] y', '[2] end']);
  });

  it('masks the secrets of the plan that is used', async () => {
    const at = project({
      'plan.yaml': 'steps: [{ use: used.yaml, env: { TOKEN: "${API_TOKEN}" } }]\n',
      'used.yaml': 'secrets: [TOKEN]\nrun: echo "it is $TOKEN"\n',
    });
    const { stdout, exitCode } = await runjobs(['plan.yaml', '--reporter', 'plain'], {
      cwd: at.folder,
      env: { API_TOKEN: 'sesame-open' },
    });
    expect(said(stdout)).toEqual(['[used] it is ***']);
    expect(exitCode).toBe(0);
  });
});

/** `runjobs init`: the first plan of a folder, by what is in it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runjobs, temporaryFolder } from '../support/cli.ts';
import { FULL, noMounts, READ_ONLY, runjobsOnDisk } from '../support/mounted.ts';

const PACKAGE = JSON.stringify({
  scripts: { lint: 'eslint', test: 'vitest', build: 'tsc', prepare: 'x', 'test:e2e': 'y' },
});

/** The plan that is made of these files, which passes `check`. */
async function made(files: Readonly<Record<string, string>>) {
  const cwd = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const { exitCode, stdout, stderr } = await runjobs(['init'], { cwd });
  expect([exitCode, stderr]).toEqual([0, '']);
  const checked = await runjobs(['check', 'runjobs.yaml'], { cwd });
  expect([checked.exitCode, checked.stderr]).toEqual([0, '']);
  return { cwd, stdout: String(stdout), plan: parse(readFileSync(join(cwd, 'runjobs.yaml'), 'utf8')) };
}

interface Listed {
  readonly run?: string;
  readonly gather?: readonly { readonly run: string }[];
}

const commands = ({ steps }: { readonly steps: readonly Listed[] }) =>
  steps.map(step => step.gather?.map(({ run }) => run) ?? step.run);

describe('init', () => {
  it.each([
    ['package-lock.json', 'npm ci', 'npm'],
    ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile', 'pnpm'],
    ['yarn.lock', 'yarn install --immutable', 'yarn'],
    ['bun.lock', 'bun install --frozen-lockfile', 'bun'],
  ])('takes the scripts of package.json, with the package manager of %s', async (lock, install, name) => {
    const { plan, stdout } = await made({ 'package.json': PACKAGE, [lock]: '' });
    expect(commands(plan)).toEqual([install, [`${name} run lint`, `${name} run test`], `${name} run build`]);
    expect(stdout).toBe(`wrote runjobs.yaml, by package.json (${name})\nnext: runjobs check runjobs.yaml\n`);
  });

  it('leaves out the test that npm init writes', async () => {
    const { plan } = await made({
      'package.json': JSON.stringify({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }),
    });
    expect(commands(plan)).toEqual(['npm install']);
  });

  it('says that it cannot read a package.json, and goes on as if there was none', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'package.json'), '{bad');
    writeFileSync(join(cwd, 'go.mod'), 'module x\n');
    const { exitCode, stdout, stderr } = await runjobs(['init'], { cwd });
    expect([exitCode, stdout, stderr]).toEqual([
      0,
      'wrote runjobs.yaml, by go.mod\nnext: runjobs check runjobs.yaml\n',
      'runjobs: package.json is no valid JSON, so the plan does nothing with it; mend it, and add what it is for\n',
    ]);
    const plan = parse(readFileSync(join(cwd, 'runjobs.yaml'), 'utf8'));
    expect(commands(plan)).toEqual([['go vet ./...', 'go test ./...'], 'go build ./...']);
  });

  it.each<[string, Record<string, string>, unknown[]]>([
    [
      'Makefile',
      { Makefile: 'CC := gcc\nall: test\ntest: a\n\tgo\nlint:\n' },
      [['make lint', 'make test'], 'make all'],
    ],
    [
      'pyproject.toml',
      { 'pyproject.toml': '[tool.ruff]\n[tool.pytest.ini_options]\n', 'uv.lock': '' },
      ['uv sync', ['uv run ruff check .', 'uv run pytest']],
    ],
    ['go.mod', { 'go.mod': 'module x\n' }, [['go vet ./...', 'go test ./...'], 'go build ./...']],
    ['Cargo.toml', { 'Cargo.toml': '' }, [['cargo fmt --check', 'cargo test'], 'cargo build --release']],
    ['compose.yaml', { 'compose.yaml': '' }, ['docker compose up --detach --wait']],
  ])('takes what %s says', async (_, files, expected) => {
    expect(commands((await made(files)).plan)).toEqual(expected);
  });

  it('makes one plan of several, and ends the services that it starts', async () => {
    const { plan } = await made({
      'package.json': PACKAGE,
      'go.mod': '',
      'docker-compose.yml': '',
      Makefile: 'test:\n',
    });
    expect(plan.steps.map(({ id }: { id: string }) => id)).toEqual([
      'services',
      'node-install',
      'checks',
      'node-build',
      'go-build',
    ]);
    expect(plan.finally).toEqual(['docker compose down', 'echo "it has $RUNJOBS_OUTCOME"']);
  });

  it('says hello where there is nothing, in a plan that succeeds', async () => {
    const { cwd } = await made({});
    const { stdout, exitCode } = await runjobs(['runjobs.yaml', '--reporter', 'plain'], { cwd });
    expect(exitCode).toBe(0);
    expect(String(stdout)).toContain('hello\n');
    expect(String(stdout)).toContain('it has succeeded\n');
  });

  it('says in one column what its commands do', async () => {
    const { cwd } = await made({});
    const text = readFileSync(join(cwd, 'runjobs.yaml'), 'utf8');
    const said = text.split('\n').filter(line => line.startsWith('#   runjobs '));
    const columns = said.map(line => line.search(/(?<=\w {3,})\w/));
    expect(said).toHaveLength(3);
    expect(new Set(columns).size, said.join('\n')).toBe(1);
  });

  it('writes over nothing', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'runjobs.yaml'), 'run: mine\n');
    const { exitCode, stderr, stdout } = await runjobs(['init'], { cwd });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('runjobs.yaml is there already, and stays as it is');
    expect(readFileSync(join(cwd, 'runjobs.yaml'), 'utf8')).toBe('run: mine\n');
  });

  it.each(['runjobs.yml', 'runjobs.json'])('writes no second plan beside %s, which "runjobs" runs', async name => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, name), '{"run": "true"}');
    const { exitCode, stderr } = await runjobs(['init'], { cwd });
    expect([exitCode, stderr]).toEqual([
      2,
      `runjobs: ${name} is there already, and stays as it is; "runjobs check ${name}" shows what it does\n`,
    ]);
    expect(readdirSync(cwd)).toEqual([name]);
  });

  it.skipIf(noMounts).each([
    ['on a full disk', FULL, 'the disk is full', ['./filler']],
    ['on a read-only disk', READ_ONLY, 'its disk is mounted read-only', ['']],
  ])(`leaves nothing behind %s${noMounts ? ` (${noMounts})` : ''}`, async (_, prepare, why, files) => {
    const { exitCode, stderr, left } = await runjobsOnDisk(temporaryFolder(), { prepare, args: ['init'] });
    expect([exitCode, stderr, left]).toEqual([
      74,
      `runjobs: runjobs.yaml cannot be written: ${why}; see to that, or call "runjobs init" elsewhere\n`,
      files,
    ]);
  });
});

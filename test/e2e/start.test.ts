/** What a start costs, told in counts that no machine changes: what is read, compiled, loaded, started and called. */
import { cpSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, planFile, temporaryFolder } from '../support/cli.ts';

interface Counts {
  readonly read: readonly string[];
  readonly processes: number;
  readonly compiled: readonly { readonly file: string; readonly kept: boolean; readonly refused: boolean }[];
  readonly modules: readonly string[];
  readonly reads: number;
  readonly writes: number;
}

/** What a process of ours does from its start to its end. */
async function counted(args: readonly string[], bin = BIN): Promise<Counts & { stdout: string }> {
  const file = join(temporaryFolder(), 'counted.json');
  const { stdout } = await execa(process.execPath, ['--require', resolve('test/support/counted.cjs'), bin, ...args], {
    env: { ...ENV, COUNTED: file },
    extendEnv: false,
  });
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as Counts), stdout };
}

/** What was built among the files that were read, as they are called. */
const built = ({ read }: Counts) =>
  read.flatMap(file => (file.includes('/dist/') ? [basename(file).replace(/\.\d[^/]*\.compiled$/, ', compiled')] : []));

const gatherOf = (count: number) => planFile({ limit: 2, gather: Array.from({ length: count }, () => 'true') });

describe('a start', () => {
  it('reads nothing of what was built for --version', async () => {
    expect(built(await counted(['--version']))).toEqual([]);
  });

  it('reads one script for a plan of one step in JSON, and compiles nothing of it again', async () => {
    const counts = await counted([planFile({ run: 'true' })]);
    expect(built(counts)).toEqual(['main.cjs, compiled', 'main.cjs']);
    expect(counts.compiled).toEqual([{ file: resolve('dist/main.cjs'), kept: true, refused: false }]);
  });

  it('reads one script more for a plan in YAML', async () => {
    const counts = await counted([planFile('run: "true"\n', 'plan.yaml')]);
    expect(counts.compiled).toEqual(
      ['dist/main.cjs', 'dist/packages/yaml.cjs'].map(file => ({ file: resolve(file), kept: true, refused: false })),
    );
  });

  it('loads nothing of Node that only requests, terminals, threads and secrets need', async () => {
    const { modules } = await counted([planFile({ run: 'true' })]);
    const needless = ['http', 'https', 'http2', 'tls', 'crypto', 'dns', 'inspector', 'readline', 'worker_threads'];
    expect(modules.filter(name => needless.includes(name))).toEqual([]);
  });

  it('loads for requests no undici but ours, and nothing of it that only fetch needs', async () => {
    const { modules } = await counted([planFile({ http: 'http://127.0.0.1:9/', allowFailure: true })]);
    const needless = ['internal/deps/undici/undici', 'internal/webstreams/readablestream', 'worker_threads'];
    expect(modules.filter(name => needless.includes(name))).toEqual([]);
  });

  it('takes all modules of Node as Node has compiled them', async () => {
    const file = join(temporaryFolder(), 'own-modules.json');
    const plan = planFile({ run: 'true', retry: { times: 1, on: ['stderr:/never/'] } });
    const options = ['--expose-internals', '--no-warnings', '--require', resolve('test/support/own-modules.cjs')];
    await execa(process.execPath, [...options, BIN, plan], { env: { ...ENV, OWN_MODULES: file }, extendEnv: false });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([]);
  });

  it('has at most so much of script to read', () => {
    expect(statSync('dist/main.cjs').size).toBeLessThan(1_230_000);
  });
});

it('a start by a link that Node leaves as it is finds what was built', async () => {
  const link = join(temporaryFolder(), 'runjobs');
  symlinkSync(BIN, link);
  const args = ['--preserve-symlinks-main', link, planFile({ run: 'echo done' })];
  const { stdout } = await execa(process.execPath, args, { env: ENV, extendEnv: false });
  expect(stdout).toContain('done');
});

describe('what V8 compiled of the script', () => {
  const copy = () => {
    const folder = temporaryFolder();
    for (const name of ['bin', 'dist', 'package.json']) cpSync(name, join(folder, name), { recursive: true });
    const kept = readdirSync(join(folder, 'dist')).find(name => name.endsWith('.compiled')) ?? '';
    const file = join(folder, 'dist', kept);
    return {
      bin: join(folder, 'bin/runjobs.cjs'),
      main: join(folder, 'dist/main.cjs'),
      file,
      size: statSync(file).size,
    };
  };
  const plan = { run: 'echo done' };

  it('is not taken where it is damaged: the plan runs all the same', async () => {
    const { bin, main, file } = copy();
    const whole = readFileSync(file);
    const flipped = (at: number) => whole.map((byte, index) => (index >= at && index < at + 64 ? ~byte : byte));
    for (const bytes of ['', 'x', whole.subarray(0, 5000), flipped(100), flipped(1000), flipped(500_000)]) {
      writeFileSync(file, bytes);
      const { stdout, compiled } = await counted([planFile(plan)], bin);
      expect([stdout, compiled]).toEqual([
        expect.stringContaining('done'),
        [{ file: main, kept: false, refused: false }],
      ]);
      expect((await counted([planFile(plan)], bin)).compiled).toEqual([{ file: main, kept: true, refused: false }]);
    }
  });

  it('is left anew where V8 refuses what was compiled under other flags', async () => {
    const { bin, main, file } = copy();
    rmSync(file);
    await execa(process.execPath, ['--jitless', bin, planFile(plan)], { env: ENV, extendEnv: false });
    expect((await counted([planFile(plan)], bin)).compiled).toEqual([{ file: main, kept: true, refused: true }]);
    expect((await counted([planFile(plan)], bin)).compiled).toEqual([{ file: main, kept: true, refused: false }]);
  });

  it('is not taken where the script is younger', async () => {
    const { bin, main } = copy();
    const later = new Date(Date.now() + 60_000);
    utimesSync(main, later, later);
    const { stdout, compiled } = await counted([planFile(plan)], bin);
    expect([stdout, compiled]).toEqual([
      expect.stringContaining('done'),
      [{ file: main, kept: false, refused: false }],
    ]);
  });

  it('is left by the first process where there is none, and taken by the next', async () => {
    const { bin, main, file } = copy();
    rmSync(file);
    expect((await counted([planFile(plan)], bin)).compiled).toEqual([{ file: main, kept: false, refused: false }]);
    expect((await counted([planFile(plan)], bin)).compiled).toEqual([{ file: main, kept: true, refused: false }]);
  });

  it('is left anew by the first process that runs a plan, by the first that needs a package, and by no other', async () => {
    const { bin, file } = copy();
    rmSync(file);
    const left: Buffer[] = [];
    for (const args of [
      ['check', planFile(plan)],
      [planFile(plan)],
      [planFile({ run: 'echo another' })],
      [planFile({ http: 'http://127.0.0.1:9/', allowFailure: true })],
      [planFile({ http: 'http://127.0.0.1:9/again', allowFailure: true })],
      ['check', planFile(plan)],
    ]) {
      await execa(process.execPath, [bin, ...args], { env: ENV, extendEnv: false });
      left.push(readFileSync(file));
    }
    const [check, run, second, http, ...more] = left.map(bytes => bytes.toString('latin1'));
    expect(run).not.toBe(check);
    expect(second).toBe(run);
    expect(http).not.toBe(run);
    expect(more).toEqual([http, http]);
  });
});

describe('a command of a plan', () => {
  it('is one process at most that Node starts, and a run starts two besides, three once commands are started for it', async () => {
    const [one, many] = [await counted([gatherOf(1)]), await counted([gatherOf(40)])];
    expect(one.processes).toBeLessThanOrEqual(3);
    expect(many.processes).toBeLessThanOrEqual(43);
  });

  it.skipIf(process.platform !== 'linux')('takes at most so many system calls that read and write', async () => {
    // Of one that prints nothing: its journal, its FIFO, and what wakes the loop. What a run takes once is in both.
    const [few, many] = [await counted([gatherOf(20), '-q']), await counted([gatherOf(120), '-q'])];
    expect((many.reads - few.reads) / 100).toBeLessThan(30);
    expect((many.writes - few.writes) / 100).toBeLessThan(20);
  });
});

import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { printed, processesWith, runjobs, temporaryFolder } from '../support/cli.ts';

/** What the steps print, without runjobs' own lines. */
const said = (stdout: string) =>
  stdout
    .split('\n')
    .filter(line => line.startsWith('['))
    .map(line => line.replace(/^\[[^\]]*\] /, ''));

/** Runs a plan of `jobs/` with its state elsewhere; the time it took is in seconds. */
async function job(name: string, env: Record<string, string> = {}) {
  const startedAt = performance.now();
  const result = await runjobs([`jobs/${name}`, '--state-dir', temporaryFolder()], { env });
  return { ...result, lines: said(String(result.stdout)), seconds: (performance.now() - startedAt) / 1000 };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  const address = server.address();
  await new Promise(done => server.close(done));
  return String(typeof address === 'object' && address !== null ? address.port : 0);
}

/** Generous above, for machines that are busy; strict below. */
const lasted = (seconds: number, atLeast: number) => {
  expect(seconds).toBeGreaterThanOrEqual(atLeast);
  expect(seconds).toBeLessThan(atLeast + 8);
};

describe('the programs that runjobs grew out of', () => {
  it('hello waits a second and says hello', async () => {
    const { exitCode, lines, seconds } = await job('hello.json');
    expect(lines).toEqual(['Hello, async world!']);
    expect(exitCode).toBe(0);
    lasted(seconds, 1);
  });

  it('gather completes A, B and C after 1, 2 and 3 seconds, in 3 seconds and not in 6', async () => {
    const { exitCode, lines, seconds } = await job('gather.json');
    expect(lines).toEqual(['Task A complete', 'Task B complete', 'Task C complete']);
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(3);
    expect(seconds).toBeLessThan(6);
  });

  it('sequence starts the second task when the first has ended', async () => {
    const { exitCode, lines, seconds } = await job('sequence.json');
    expect(lines).toEqual(['First task started', 'First task complete', 'Second task started', 'Second task complete']);
    expect(exitCode).toBe(0);
    lasted(seconds, 3);
  });

  it('periodic executes its task now and every second, until Ctrl-C', async () => {
    const child = runjobs(['jobs/periodic.yaml', '--state-dir', temporaryFolder()], {
      env: { MARKER: 'periodic-test' },
    });
    const startedAt = performance.now();
    const ticks: number[] = [];
    child.stdout?.on('data', chunk => {
      for (const _ of String(chunk).matchAll(/^\[periodic\] Task executed$/gm)) ticks.push(performance.now());
      if (ticks.length === 3) child.kill('SIGINT');
    });
    const result = await child;
    expect(result.exitCode ?? 128 + 2).toBe(130);
    expect(ticks).toHaveLength(3);
    expect((ticks[2] ?? 0) - startedAt).toBeGreaterThanOrEqual(2000);
    expect(processesWith('MARKER=periodic-test')).toEqual([]);
  });

  it('http starts a server, gets a page from it, prints it, and leaves no server', async () => {
    const PORT = await freePort();
    const { exitCode, stdout, stderr, lines } = await job('http.yaml', { PORT });
    expect(lines, String(stdout) + stderr).toContain('Hello from the page');
    expect(exitCode).toBe(0);
    expect(processesWith(`PORT=${PORT}`)).toEqual([]);
  });
});

describe('the other plans', () => {
  it('tour shows every kind of step, and ends well', async () => {
    const { exitCode, stdout, lines, seconds } = await job('tour.json', { PORT: await freePort() });
    expect(exitCode, String(stdout)).toBe(0);
    expect(lines).toEqual(
      expect.arrayContaining(['compiling core', 'linked', 'connected', 'Hello from the page', 'beat 5']),
    );
    expect(lines.at(-1)).toBe('the tour has succeeded');
    lasted(seconds, 6);
    const tour = readFileSync('jobs/tour.json', 'utf8');
    for (const key of [
      'run',
      'http',
      'steps',
      'gather',
      'sleep',
      'every',
      'retry',
      'timeout',
      'background',
      'allowFailure',
      'finally',
    ]) {
      expect(tour).toContain(`"${key}"`);
    }
  });

  it('check does this project’s lint, types and tests at once', async () => {
    const plan = parse(readFileSync('jobs/check.yaml', 'utf8'));
    const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
    const commands: string[] = plan.gather.map((step: { run: string }) => step.run);
    for (const command of commands) expect(scripts).toHaveProperty([command.replace('npm run --silent ', '')]);
    const { exitCode, stdout } = await job('check.yaml');
    expect(exitCode, String(stdout).slice(-3000)).toBe(0);
    expect(String(stdout)).toContain('✔ tests');
  }, 300_000);
});

it('a plan runs from a subfolder by its path, and by its name from its own folder', async () => {
  const { stdout, exitCode } = await runjobs(['hello.json', '--state-dir', temporaryFolder()], { cwd: 'jobs' });
  expect(exitCode).toBe(0);
  expect(String(stdout)).toContain('[2] Hello, async world!');
});

it('Ctrl-C on a plan that waits is heeded at once', async () => {
  const child = runjobs(['-', '--state-dir', temporaryFolder()], {
    stdin: 'pipe',
    input: '{"run": "echo ready; sleep 100"}',
  });
  await printed(child, '] ready');
  child.kill('SIGINT');
  expect((await child).exitCode ?? 130).toBe(130);
});

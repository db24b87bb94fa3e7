import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { printed, processesWith, runjobs, temporaryFolder } from '../support/cli.ts';
import { freePort, type JobResult, job } from '../support/jobs.ts';

/** The lines without the paths of the steps that print them. */
const said = ({ lines }: JobResult) => lines.map(line => line.replace(/^\[[^\]]*\] /, ''));

/** Generous above, for machines that are busy; strict below. */
const lasted = (seconds: number, atLeast: number) => {
  expect(seconds).toBeGreaterThanOrEqual(atLeast);
  expect(seconds).toBeLessThan(atLeast + 8);
};

describe('the programs that runjobs grew out of', () => {
  it('hello waits a second and says hello', async () => {
    const result = await job('hello.json');
    const { exitCode, seconds } = result;
    expect(said(result)).toEqual(['Hello, async world!']);
    expect(exitCode).toBe(0);
    lasted(seconds, 1);
  });

  it('gather completes A, B and C after 1, 2 and 3 seconds, in 3 seconds and not in 6', async () => {
    const result = await job('gather.json');
    const { exitCode, seconds } = result;
    expect(said(result)).toEqual(['Task A complete', 'Task B complete', 'Task C complete']);
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(3);
    expect(seconds).toBeLessThan(6);
  });

  it('sequence starts the second task when the first has ended', async () => {
    const result = await job('sequence.json');
    const { exitCode, seconds } = result;
    expect(said(result)).toEqual([
      'First task started',
      'First task complete',
      'Second task started',
      'Second task complete',
    ]);
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
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect((ticks[2] ?? 0) - startedAt).toBeGreaterThanOrEqual(2000);
    expect(processesWith('MARKER=periodic-test')).toEqual([]);
  });

  it('http starts a server, gets a page from it, prints it, and leaves no server', async () => {
    const PORT = await freePort();
    const result = await job('http.yaml', { PORT });
    expect(said(result), result.stdout).toContain('Hello from the page');
    expect(result.exitCode).toBe(0);
    expect(processesWith(`PORT=${PORT}`)).toEqual([]);
  });
});

describe('the other plans', () => {
  it('use takes definitions, another plan and one of its definitions into its own run', async () => {
    const result = await job('use.yaml');
    expect(result.exitCode, result.stdout).toBe(0);
    expect([...result.lines].sort()).toEqual([
      '[1/core/1] packing core at level 6',
      '[1/core/2] core-1.4.2.tgz',
      '[1/web/1] packing web at level 9',
      '[1/web/2] web-1.4.2.tgz',
      '[announce] new: core-1.4.2.tgz and web-1.4.2.tgz',
      '[inputs] deploying the latest to production, 1 at once',
    ]);
  });

  it('tasks has only definitions, of which one is run by its name', async () => {
    const result = await job('tasks.yaml#build');
    expect(result.lines).toEqual(['[lint] no problems', '[2] built into dist']);
    expect((await job('tasks.yaml')).exitCode).toBe(2);
  });

  it('anchors shares what stands in a key of its own, below what a step says itself', async () => {
    const result = await job('anchors.yaml');
    expect(result.lines).toEqual(['[fetch] fetched within 10 s', '[test] tested within 1 min']);
    expect(result.exitCode).toBe(0);
  });

  it('tour shows every kind of step, and ends well', async () => {
    const result = await job('tour.json', { PORT: await freePort() });
    const { exitCode, stdout, seconds } = result;
    expect(exitCode, stdout).toBe(0);
    expect(said(result)).toEqual(
      expect.arrayContaining(['compiling core', 'linked', 'connected', 'Hello from the page', 'beat 5']),
    );
    expect(said(result).at(-1)).toBe('the tour has succeeded');
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

  it('inputs takes values, and has defaults', async () => {
    const result = await job('inputs.yaml', {}, ['--set', 'TARGET=production', '--set', 'VERSION=v1.2']);
    expect(said(result)).toEqual(['deploying v1.2 to production, 1 at once']);
    expect(said(await job('inputs.yaml'))).toEqual(['deploying the latest to staging, 1 at once']);
    expect((await job('inputs.yaml', {}, ['--set', 'VERSION=1.2'])).exitCode).toBe(2);
  });

  it('ready waits for its servers, starts the one again that dies, and leaves none', async () => {
    const PORT = await freePort();
    const result = await job('ready.yaml', { PORT });
    expect(result.exitCode, result.stdout).toBe(0);
    const lines = said(result);
    expect(lines).toContain('nobody waits for this one');
    expect(lines.filter(line => line !== 'nobody waits for this one')).toEqual([
      'listening',
      'crashed',
      `connected to ${PORT}`,
      'Hello from the page',
    ]);
    expect(processesWith(`PORT=${PORT}`)).toEqual([]);
  });

  it('env-file reads its variables from a file', async () => {
    const result = await job('env-file.yaml');
    expect(said(result)).toEqual(['Hello, $name from the file', 'Hello, $name from the step, not the file']);
    expect(result.exitCode).toBe(0);
  });

  it('check names scripts that there are; CI runs it', async () => {
    const plan = parse(readFileSync('jobs/check.yaml', 'utf8'));
    const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
    const commands: string[] = plan.gather.map((step: { run: string }) => step.run);
    for (const command of commands) expect(scripts).toHaveProperty([command.replace('npm run --silent ', '')]);
    expect((await runjobs(['check', 'jobs/check.yaml'])).exitCode).toBe(0);
  });
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

describe('what steps share', () => {
  it('pools lets one of them at the database at a time', async () => {
    const result = await job('pools.yaml');
    expect(result.exitCode).toBe(0);
    expect(said(result)).toEqual(['users', 'orders', 'items'].flatMap(step => [`${step} begin`, `${step} end`]));
  });
});

describe('steps that depend on others', () => {
  it('needs starts each step when what it needs has come, and leaves out what needs a failure', async () => {
    const result = await job('needs.yaml');
    expect(result.exitCode).toBe(0);
    const lines = said(result);
    expect(lines.slice().sort()).toEqual(['build', 'deploy', 'lint', 'test']);
    expect(lines.indexOf('build')).toBeLessThan(lines.indexOf('test'));
    expect(lines.at(-1)).toBe('deploy');
  });

  it('if starts what its test or its values allow', async () => {
    const result = await job('if.yaml');
    expect(result.exitCode).toBe(1);
    expect(said(result)).toEqual(['failed at fail']);
  });

  it('any ends with the first success and stops the others', async () => {
    const result = await job('any.yaml');
    expect(result.exitCode).toBe(0);
    expect(said(result)).toEqual(['quick']);
    expect(result.seconds).toBeLessThan(30);
  });
});

describe('ticks', () => {
  it('until ends with the first tick that succeeds', async () => {
    const result = await job('until.yaml');
    expect(result.exitCode).toBe(0);
    // A slow machine leaves looks out.
    expect(said(result)).toEqual([expect.stringMatching(/^done at look ([3-9]|\d\d+)$/)]);
  });

  it('cron starts at whole seconds', async () => {
    const result = await job('cron.yaml');
    expect(result.exitCode).toBe(0);
    const [first = '', second = ''] = said(result);
    expect([first, second].every(time => /^\d\d\.\d{9}$/.test(time))).toBe(true);
    expect(second).not.toBe(first);
  });
});

describe('schedules', () => {
  it('schedule starts nothing by itself: each is a plan that is started by its name', async () => {
    expect(said(await job('schedule.yaml'))).toEqual(['looked after']);
    expect(said(await job('schedule.yaml#nightly'))).toEqual(['backed up']);
    expect(said(await job('schedule.yaml#workdays'))).toEqual(['reported']);
  });
});

it('lock-skip lets one of two starts have nothing to do', async () => {
  const both = await Promise.all([job('lock-skip.yaml'), job('lock-skip.yaml')]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(both.flatMap(said).every(line => line === 'nobody else runs this')).toBe(true);
});

it('notify tells a monitor, and says where it cannot', async () => {
  const told: string[] = [];
  const server = createServer((request, response) => {
    told.push(`${request.method} ${request.url}`);
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const result = await job('notify.yaml', { CHECK_URL: `http://127.0.0.1:${port}/check` });
  expect([result.exitCode, said(result)]).toEqual([0, ['backed up']]);
  expect(told).toEqual(['POST /check/start', 'POST /check']);
  const alone = await job('notify.yaml', { CHECK_URL: `http://127.0.0.1:${await freePort()}` });
  expect(alone.exitCode).toBe(0);
  expect(alone.stdout).toContain('notify (success) was not told: POST ');
});

describe('attempts', () => {
  it('retry-on tries again what is worth it', async () => {
    const result = await job('retry-on.yaml');
    expect(result.exitCode).toBe(0);
    expect(said(result)).toEqual(['good at attempt 3']);
  });

  it('limits stops what is quiet, and ends with the clock of the whole', async () => {
    const result = await job('limits.yaml');
    expect(result.exitCode).toBe(124);
    // On a slow machine an attempt may be stopped before it has said a word.
    expect(said(result).every(line => /^attempt \d+$/.test(line))).toBe(true);
    expect(result.seconds).toBeLessThan(30);
  });
});

describe('requests', () => {
  it('http-send sends a form, a file, and both', async () => {
    const result = await job('http-send.yaml', { PORT: await freePort() });
    expect(result.exitCode, result.stdout).toBe(0);
    expect(said(result)).toEqual([
      'POST /form | application/x-www-form-urlencoded | 32 characters',
      expect.stringMatching(/^PUT \/file \| application\/octet-stream \| \d+ characters$/),
      expect.stringMatching(/^POST \/both \| multipart\/form-data; boundary=… \| \d+ characters$/),
    ]);
  });

  it('http-defaults says once what all requests have', async () => {
    const result = await job('http-defaults.yaml', { PORT: await freePort() });
    expect(result.exitCode, result.stdout).toBe(0);
    expect(said(result)).toEqual([
      'GET /v1/users?page=2&tag=a&tag=b%20c | plan | Basic YW5uOm9wZW4tc2VzYW1l | 0 characters',
      'GET /v1/news | step | 0 characters',
    ]);
  });

  it('http-session keeps the cookies of two users apart', async () => {
    const result = await job('http-session.yaml', { PORT: await freePort() });
    expect(result.exitCode, result.stdout).toBe(0);
    expect(said(result).sort()).toEqual([
      '/news: nobody',
      '[users[1]/login] /login/alice: nobody',
      '[users[1]/orders] /orders: user=alice',
      '[users[2]/login] /login/bob: nobody',
      '[users[2]/orders] /orders: user=bob',
    ]);
  });

  it('http-pages makes one list of all pages', async () => {
    const result = await job('http-pages.yaml', { PORT: await freePort() });
    expect(result.exitCode, result.stdout).toBe(0);
    const items = [1, 2, 3, 4, 5, 6].map(id => `[each[${id}]] item ${id}`);
    expect(said(result)).toEqual(expect.arrayContaining(items));
  });

  it('http-events ends with the event that it waits for', async () => {
    const result = await job('http-events.yaml', { PORT: await freePort() });
    expect(result.exitCode, result.stdout).toBe(0);
    expect(said(result).at(-1)).toBe('it came out all good');
  });

  it('http-wait asks until the answer is the expected one', async () => {
    const result = await job('http-wait.yaml', { PORT: await freePort() });
    expect(result.exitCode, result.stdout).toBe(0);
    expect(said(result).at(-1)).toBe('{"state":"ready"}');
    expect(said(result).filter(line => line === '{"state":"starting"}').length).toBeGreaterThanOrEqual(1);
  });

  it('http-expect tells all that is not as expected, with how the body begins', async () => {
    const PORT = await freePort();
    const result = await job('http-expect.yaml', { PORT });
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain(
      `✖ wrong GET http://127.0.0.1:${PORT}/health answered 200 OK, but "/status" is "up", expected "down"; "/nodes/2" is missing`,
    );
    expect(result.stdout).toContain('  │ {"status":"up","load":0.7,"nodes":["a","b"],"version":"2.1"}');
  });
});

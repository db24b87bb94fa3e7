/** The small plans of `jobs/`, one a feature, each run as a user runs it. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { processesWith } from '../support/cli.ts';
import { freePort, job } from '../support/jobs.ts';

/** Tells the processes of this file from all others. */
const MARKER = `plans-${randomUUID()}`;

describe('attempts', () => {
  it('a step is tried again, after waits that grow, until it succeeds', async () => {
    const { exitCode, lines, seconds } = await job('retry.yaml');
    expect(lines).toEqual(['[retry] attempt 1', '[retry] attempt 2', '[retry] attempt 3']);
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(0.6);
  });

  it('a group is tried again from its first step, and its finally runs once', async () => {
    const { exitCode, lines } = await job('retry-group.yaml');
    expect(lines).toEqual(['[1] preparing', '[2] not yet', '[1] preparing', '[3] done', '[finally/1] tidied']);
    expect(exitCode).toBe(0);
  });

  it('a step whose time is up has failed, and what follows it is skipped', async () => {
    const { exitCode, stdout, lines, seconds } = await job('timeout.yaml');
    expect(lines).toEqual(['[slow] started']);
    expect(stdout).toContain('slow timed out after 500ms');
    expect(stdout).toContain('next skipped: "slow" failed before it');
    expect(exitCode).toBe(1);
    expect(seconds).toBeGreaterThanOrEqual(0.5);
    expect(seconds).toBeLessThan(15);
  });

  it('the timeout of the plan cancels what runs, runs finally, and exits 124', async () => {
    const { exitCode, stdout, lines, seconds } = await job('deadline.yaml');
    expect(lines).toEqual(['[finally/1] failed in ., exit code <>']);
    expect(stdout).toContain('second cancelled: the plan timed out after 500ms');
    expect(exitCode).toBe(124);
    expect(seconds).toBeGreaterThanOrEqual(0.5);
  });
});

describe('failures', () => {
  it('the steps of finally all run, in order, and know how the body ended', async () => {
    const { exitCode, lines } = await job('finally.yaml');
    expect(lines).toEqual([
      '[work] working',
      '[finally/report] failed in work, exit code 3',
      '[finally/on-failure] kept for a look',
    ]);
    expect(exitCode).toBe(1);
  });

  it('the first failure cancels the siblings, whose finally still runs', async () => {
    const { exitCode, stdout, lines, seconds } = await job('fail-fast.yaml');
    expect(lines).toEqual(['[bad] failing', '[long/finally/1] long was cancelled']);
    expect(stdout).toContain('long cancelled: "bad" failed');
    expect(exitCode).toBe(1);
    expect(seconds).toBeLessThan(15);
  });

  it('without failFast the siblings of a failure run to their end', async () => {
    const { exitCode, lines, seconds } = await job('fail-late.yaml');
    expect(lines).toEqual(['[bad] failing', '[good] finished']);
    expect(exitCode).toBe(1);
    expect(seconds).toBeGreaterThanOrEqual(0.5);
  });

  it('an allowed failure is reported, and the plan goes on and succeeds', async () => {
    const { exitCode, stdout, lines } = await job('allow-failure.yaml');
    expect(lines).toEqual(['[spelling] two words misspelt', '[publish] published']);
    expect(stdout).toContain('spelling exit 1, allowed');
    expect(exitCode).toBe(0);
  });

  it('an exit code that is told to be good is success', async () => {
    const { exitCode, lines } = await job('exit-codes.yaml');
    expect(lines).toEqual(['[exit-codes] searching']);
    expect(exitCode).toBe(0);
  });
});

describe('how many at once', () => {
  it('a gather with a limit starts its third child when one of the first two has ended', async () => {
    const { exitCode, lines, seconds } = await job('limit.json');
    expect(lines).toEqual(['[one] one', '[two] two', '[three] three', '[four] four']);
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(1);
  });

  it('a wait for the next attempt leaves its slot to others', async () => {
    const { exitCode, lines, seconds } = await job('slots.yaml');
    expect(lines).toEqual(['[flaky] attempt 1', '[steady] meanwhile', '[flaky] attempt 2']);
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(0.5);
  });
});

describe('background and periodic steps', () => {
  it('background steps live as long as the work beside them, and stop in reverse order', async () => {
    const { exitCode, stdout, lines } = await job('background.yaml', { MARKER });
    expect(lines.slice(0, 2).sort()).toEqual(['[database] database up', '[server] server up']);
    expect(lines.slice(2)).toEqual(['[work] working', '[server] server down', '[database] database down']);
    expect(stdout).toContain('3 succeeded');
    expect(exitCode).toBe(0);
    expect(processesWith(`MARKER=${MARKER}`)).toEqual([]);
  });

  it('commands are told to end by their own signal, by a script, or by force after the grace', async () => {
    const { exitCode, lines, seconds } = await job('stop.yaml', { MARKER });
    expect(lines).toEqual(['[script] asking', '[script] asked', '[signal] interrupted']);
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(processesWith(`MARKER=${MARKER}`)).toEqual([]);
  });

  it('ticks come at their interval, and end after so many', async () => {
    const { exitCode, lines, seconds } = await job('every.yaml');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('[every] tick 1');
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(0.6);
  });

  it('a tick that falls due while the last one runs is left out, but keeps its number', async () => {
    const { exitCode, stdout, lines, seconds } = await job('every-for.yaml');
    const ticks = lines.map(line => Number(/^\[every-for\] tick (\d)$/.exec(line)?.[1]));
    expect(ticks[0]).toBe(1);
    expect(ticks[1]).toBeGreaterThanOrEqual(3);
    expect(ticks.length).toBeLessThanOrEqual(3);
    expect(stdout).toContain('left');
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(1);
  });

  it('a periodic step in the background beats until the work is done', async () => {
    const { exitCode, lines, seconds } = await job('heartbeat.yaml');
    expect(lines).toEqual(expect.arrayContaining(['[beat] beat 1', '[beat] beat 2', '[work] done']));
    expect(exitCode).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(1);
  });
});

describe('commands, variables and paths', () => {
  it('a secret is masked in every way in which it is printed, and without its value nothing starts', async () => {
    const { exitCode, stdout, lines } = await job('secrets.yaml', { API_TOKEN: 'x/"y"+z-12' });
    expect(lines).toEqual([
      '[1] the token is ***',
      '[2] ***',
      expect.stringMatching(/^\[3\] Basic bW\S{0,3}\*\*\*$/),
      '[4] {"token":"***"} ***',
    ]);
    expect(exitCode, stdout).toBe(0);
    expect((await job('secrets.yaml')).exitCode).toBe(2);
  });

  it('variables are found from the step outwards, and expanded where no shell does it', async () => {
    const { exitCode, lines } = await job('env.yaml');
    expect(lines).toEqual(['[1] Hello, world', '[2] Hello, world; costs 5 $', '[3] Hello again, version 3.10']);
    expect(exitCode).toBe(0);
    expect((await job('env.yaml', { RUNJOBS_EXAMPLE_WHOM: '' })).lines[0]).toBe('[1] Hello, world');
  });

  it('a script runs in the interpreter that is named, an array in none', async () => {
    const { exitCode, lines } = await job('shells.yaml');
    expect(lines).toEqual([
      '[sh] sh says 42',
      '[bash] bash says 42',
      '[node] node says 42',
      '[array] echo says $((6 * 7))',
    ]);
    expect(exitCode).toBe(0);
  });

  it('a working folder flows down and is relative to the plan’s folder', async () => {
    const { exitCode, lines } = await job('cwd.yaml');
    expect(lines).toEqual(['[1] server.mjs', '[2] back beside the plan']);
    expect(exitCode).toBe(0);
  });

  it('a path is made of ids, names and positions', async () => {
    const { exitCode, lines } = await job('paths.yaml');
    const paths = ['1', 'build-the-site/css', 'build-the-site/2/1', 'finally/1'];
    expect([...lines].sort()).toEqual(paths.map(path => `[${path}] ${path}`).sort());
    expect(exitCode).toBe(0);
  });

  it('a module makes its steps by a program', async () => {
    const { exitCode, lines } = await job('module.mjs');
    expect([...lines].sort()).toEqual(['[north] deploying north', '[south] deploying south']);
    expect(exitCode).toBe(0);
  });
});

describe('requests', () => {
  it('a request is sent with its headers and its JSON, variables expanded, numbers as numbers', async () => {
    const PORT = await freePort();
    const { exitCode, stdout, lines } = await job('http-post.yaml', { PORT });
    expect([...lines].sort(), stdout).toEqual([
      '[order] {"id":9007199254740993,"what":"tea","count":2}',
      '[payment] {"id":9007199254740993,"order":9007199254740993}',
      '[server] for-tea {"what":"tea","count":2}',
      '[server] undefined {"order":9007199254740993}',
    ]);
    expect(exitCode).toBe(0);
    expect(processesWith(`PORT=${PORT}`)).toEqual([]);
  });

  it('a status that is expected is success', async () => {
    const { exitCode, stdout, lines } = await job('http-status.yaml', { PORT: await freePort() });
    expect(lines, stdout).toContain('[gone] no such page');
    expect(exitCode).toBe(0);
  });
});

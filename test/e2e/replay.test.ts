/** `runjobs replay`: a past run through any reporter, at its pace or faster. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFile, printed, runjobs, temporaryFolder } from '../support/cli.ts';

const plan = {
  name: 'told',
  steps: [
    { id: 'one', run: 'echo first; echo second' },
    { id: 'two', run: 'echo once; test $RUNJOBS_ATTEMPT = 2', retry: { times: 1, delay: '300ms' } },
    { id: 'three', run: 'echo bad; exit 3' },
  ],
  finally: ['echo cleaned'],
};

async function ran(what: object = plan) {
  const state = temporaryFolder();
  const original = await runjobs([planFile(what), '--state-dir', state, '--reporter', 'plain']);
  return { state, original, again: (...args: string[]) => runjobs(['replay', '--state-dir', state, ...args]) };
}

describe('replay', () => {
  it('tells a run of steps one after the other as it was told, and exits with 0', async () => {
    const { original, again } = await ran();
    expect(original.exitCode).toBe(1);
    const replayed = await again('--speed', 'max');
    expect(String(replayed.stdout)).toBe(String(original.stdout));
    expect([replayed.exitCode, replayed.stderr]).toEqual([0, '']);
  });

  it('goes at the pace of the run where nothing else is said', async () => {
    const { again } = await ran();
    const startedAt = performance.now();
    expect((await again('last')).exitCode).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(300);
  });

  it('tells events to machines, the same ones but for the pieces of output', async () => {
    const { again, state } = await ran();
    const [id = ''] = readdirSync(join(state, 'runs'));
    const { stdout } = await again(id, '--speed', '20x', '--reporter', 'ndjson');
    const events = String(stdout)
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: 'run.started', run: id });
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: 1 });
    const output = events.flatMap(({ type, step, text }) => (type === 'step.output' ? [`${step}: ${text}`] : []));
    expect(output.join('')).toContain('one: first\nsecond\n');
  });

  it('ends at Ctrl-C', async () => {
    const { again } = await ran({ run: 'echo here; sleep 1; echo there' });
    const child = again('--speed', '0.01');
    await printed(child, 'here');
    child.kill('SIGINT');
    const { signal, exitCode } = await child;
    expect(signal ?? exitCode).toBe('SIGINT');
  });

  it('of a run that has died tells how far it came', async () => {
    const state = temporaryFolder();
    const child = runjobs([planFile({ run: 'echo ready; sleep 60' }), '--state-dir', state, '--reporter', 'plain']);
    await printed(child, '] ready');
    child.kill('SIGKILL');
    await child;
    const { stdout, stderr, exitCode } = await runjobs(['replay', '--state-dir', state, '--speed', 'max']);
    expect(String(stdout)).toContain('] ready\n');
    expect(stderr).toMatch(/^runjobs: \S+ has died here\n$/);
    expect(exitCode).toBe(0);
  });

  it('refuses what it cannot tell with exit code 2', async () => {
    const { again } = await ran();
    expect((await again('20200101-000000-aaaa')).exitCode).toBe(2);
    expect((await again('--speed', '0')).exitCode).toBe(2);
    expect((await again('--reporter', 'plian')).exitCode).toBe(2);
  });
});

it('runs shows how long the runs of a plan took', async () => {
  const state = temporaryFolder();
  const file = planFile({ name: 'often', run: 'true' });
  for (let count = 0; count < 3; count += 1) await runjobs([file, '--state-dir', state]);
  const { stdout } = await runjobs(['runs', '--state-dir', state]);
  expect(String(stdout).split('\n').slice(4)).toEqual([
    '',
    expect.stringMatching(/^often {2}[▁-█]{3} {2}usually \d+\.\d s, last \d+\.\d s$/),
    '',
  ]);
});

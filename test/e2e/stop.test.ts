/** `runjobs stop` and `runjobs restart`: a run, or one step of it, is stopped from outside, or a step begins again. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFile, printed, processesWith, runjobs, temporaryFolder } from '../support/cli.ts';

let counter = 0;

async function started(plan: object, state = temporaryFolder()) {
  const marker = `runjobs-stop-${process.pid}-${++counter}`;
  const child = runjobs([planFile({ env: { MARKER: marker }, ...plan }), '--state-dir', state]);
  await printed(child, '] ready');
  const [id = ''] = readdirSync(join(state, 'runs'));
  return {
    child,
    id,
    folder: join(state, 'runs', id),
    left: () => processesWith(`MARKER=${marker}`),
    stop: (...args: string[]) => runjobs(['stop', ...args, '--state-dir', state]),
    restart: (...args: string[]) => runjobs(['restart', ...args, '--state-dir', state]),
  };
}

describe('restart', () => {
  it('of a run that has ended finds nothing to restart', async () => {
    const { child, id, restart, stop } = await started({ run: 'echo ready; sleep 100' });
    await stop(id);
    await child;
    const { exitCode, stderr } = await restart(id, 'a');
    expect([exitCode, stderr]).toEqual([
      1,
      `runjobs: ${id} is not running, there is nothing to restart; "runjobs resume ${id}" goes on with it, if it has not succeeded\n`,
    ]);
  });

  it('of a step between two ticks says that it waits for the next one', async () => {
    const { child, restart, stop } = await started({
      gather: [
        { id: 'tick', run: 'true', every: '1h' },
        {
          id: 'web',
          run: 'until grep -q tick.finished "$RUNJOBS_TMP"/../journal.ndjson; do sleep 0.05; done; echo ready; sleep 100',
        },
      ],
    });
    const { exitCode, stderr } = await restart('last', 'tick');
    expect([exitCode, String(stderr)]).toEqual([
      1,
      expect.stringMatching(/: step "tick" has no attempt that runs: it waits for its next tick, or for its turn\n$/),
    ]);
    await stop('last');
    await child;
  });
});

describe('stop', () => {
  it('ends a run as Ctrl-C does, waits until nothing is left of it, and tells how to go on', async () => {
    const told = join(temporaryFolder(), 'told');
    const { child, id, folder, left, stop } = await started({
      run: 'echo ready; sleep 100',
      finally: [`sleep 0.5; touch ${told}`],
    });
    const { exitCode, stderr } = await stop(id);
    expect(exitCode).toBe(0);
    expect(String(stderr)).toBe(`runjobs: stopping ${id}\nrunjobs: ${id} has ended\n`);
    expect(existsSync(told)).toBe(true);
    expect(left()).toEqual([]);
    expect(existsSync(join(folder, 'control.sock'))).toBe(false);
    expect((await child).exitCode).toBe(1);
    const again = await stop(id);
    expect(again.exitCode).toBe(1);
    expect(String(again.stderr)).toMatch(/is not running, there is nothing to stop; "runjobs resume /);
  });

  it('ends one step, which then has failed, and leaves the others alone', async () => {
    const go = join(temporaryFolder(), 'go');
    const { child, stop } = await started({
      gather: [
        { id: 'server', run: 'echo ready; sleep 100', allowFailure: true },
        { id: 'work', run: `while [ ! -e ${go} ]; do sleep 0.05; done; echo done` },
      ],
    });
    const wrong = await stop('last', 'servr');
    expect(wrong.exitCode).toBe(1);
    expect(String(wrong.stderr)).toMatch(/no step "servr" is running; running are: .*server, work/);
    const { exitCode } = await stop('last', 'server');
    expect(exitCode).toBe(0);
    writeFileSync(go, '');
    const result = await child;
    expect(result.exitCode).toBe(0);
    expect(String(result.stdout)).toContain('[work] done');
  });

  it('and restart has one begin again, with all that it has started, while the others go on', async () => {
    const go = join(temporaryFolder(), 'go');
    const { child, id, restart, left } = await started({
      steps: [
        {
          id: 'server',
          run: 'echo ready, attempt $RUNJOBS_ATTEMPT; trap "echo bye; exit 3" TERM; sleep 100 & wait',
          background: true,
          ready: { log: 'ready' },
        },
        { id: 'work', run: `while [ ! -e ${go} ]; do sleep 0.05; done; echo done` },
      ],
    });
    const again = printed(child, '[server] ready, attempt 2');
    const { exitCode, stderr } = await restart('last', 'server');
    expect([exitCode, String(stderr)]).toEqual([
      0,
      `runjobs: stopping "server" of ${id}\nrunjobs: "server" of ${id} has ended, and begins again\n`,
    ]);
    await again;
    const wrong = await restart(id, 'nobody');
    expect([wrong.exitCode, String(wrong.stderr)]).toEqual([
      1,
      `runjobs: ${id}: no step "nobody" is running; running are: ., work, server\n`,
    ]);
    expect((await restart(id)).exitCode).toBe(2);
    writeFileSync(go, '');
    const result = await child;
    expect(result.exitCode, String(result.stdout)).toBe(0);
    expect(String(result.stdout)).toMatch(/\[server\] bye\n.*stopped by hand.*\[server\] ready, attempt 2/s);
    expect(left()).toEqual([]);
  });

  it('that is ended itself leaves the run stopping', async () => {
    const go = join(temporaryFolder(), 'go');
    const { child, id, stop, left } = await started({
      run: 'echo ready; sleep 100',
      finally: [`echo tidying; while [ ! -e ${go} ]; do sleep 0.05; done`],
    });
    const client = stop(id);
    await Promise.all([printed(client, 'stopping'), printed(child, '] tidying')]);
    client.kill('SIGINT');
    expect((await client).signal).toBe('SIGINT');
    writeFileSync(go, '');
    expect((await child).exitCode).toBe(1);
    expect(left()).toEqual([]);
  });

  it('says what is wrong where there is no such run, and where a run was killed', async () => {
    const unknown = await runjobs(['stop', '20200101-000000-dead', '--state-dir', temporaryFolder()]);
    expect(unknown.exitCode).toBe(2);
    const { child, id, stop } = await started({ run: 'echo ready; sleep 100' });
    child.kill('SIGKILL');
    await child;
    const killed = await stop(id);
    expect(killed.exitCode).toBe(1);
    expect(String(killed.stderr)).toMatch(/is not running/);
  });
});

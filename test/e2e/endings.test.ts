/** However a run ends, nothing of it is left: grandchildren, daemons, sessions of their own, who ignores SIGTERM. */
import { describe, expect, it } from 'vitest';
import { planFile, printed, runjobs, until } from '../support/cli.ts';
import { type Inhabited, inhabited } from '../support/inhabited.ts';

interface Ending {
  readonly plan: (all: Inhabited) => object | string;
  readonly code: number;
  /** Sent to runjobs once everything runs. */
  readonly signals?: readonly NodeJS.Signals[];
  /** How often each process is told to end before it is killed. Default: once. */
  readonly told?: number;
}

const stays = ({ stays }: Inhabited) => ({ run: stays });
/** Long enough for everything to run. */
const timeout = '4s';

const ENDINGS: Record<string, Ending> = {
  'success, with all of it left behind': { plan: all => ({ run: all.leaves }), code: 0 },
  'the timeout of the step': { plan: all => ({ steps: [{ run: all.stays, timeout }] }), code: 1 },
  'an outer deadline': { plan: all => ({ timeout, steps: [stays(all)] }), code: 124 },
  'the failure of a sibling': { plan: all => ({ gather: [stays(all), `${all.isReady}; exit 1`] }), code: 1 },
  'the end of the group of a background step': {
    plan: all => ({ steps: [{ ...stays(all), background: true }, all.isReady] }),
    code: 0,
  },
  SIGINT: { plan: stays, code: 130, signals: ['SIGINT'] },
  SIGTERM: { plan: stays, code: 143, signals: ['SIGTERM'] },
  SIGHUP: { plan: stays, code: 129, signals: ['SIGHUP'] },
  'an exception inside runjobs': {
    plan: all => `import { existsSync } from 'node:fs';
      const timer = setInterval(() => {
        if (!existsSync('${all.ready}')) return;
        clearInterval(timer);
        throw new Error('boom');
      }, 20);
      export default ${JSON.stringify({ env: all.env, run: all.stays })};`,
    code: 3,
    told: 0,
  },
  'SIGKILL of runjobs': { plan: stays, code: 137, signals: ['SIGKILL'] },
};

const NUMBERS: Partial<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

describe('nothing is left after', () => {
  it.each(Object.entries(ENDINGS))('%s', async (_, { plan, code, signals = [], told = 1 }) => {
    const all = inhabited();
    const body = plan(all);
    const file =
      typeof body === 'string'
        ? planFile(body, 'plan.mjs')
        : planFile({ env: all.env, stop: { grace: '1s' }, ...body });
    const child = runjobs([file], { env: all.own });
    await printed(child, '] ready\n');
    expect(all.left().length).toBeGreaterThan(10);
    for (const signal of signals) child.kill(signal);
    const { exitCode, signal } = await child;
    expect(exitCode ?? 128 + (NUMBERS[signal ?? ''] ?? 0)).toBe(code);
    // Where a runjobs was killed, this one or the one inside, its watchdog does the rest.
    if (signals.includes('SIGKILL')) await until(() => all.left().length + all.watchdogs().length === 0);
    if (told === 0) await until(() => all.watchdogs().length === 0);
    expect([all.left(), all.watchdogs(), all.files()]).toEqual([[], [], []]);
    expect(all.told()).toEqual({ group: told, session: told, 'inner group': told, 'inner session': told });
  });
});

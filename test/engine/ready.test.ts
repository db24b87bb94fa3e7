import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import type { Outcome } from '../../src/events/outcome.ts';
import type { Behaviour } from '../../src/executors/simulated.ts';
import type { HttpStep, Probe, RunStep } from '../../src/plan/plan.ts';
import { type Simulation, simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, need, ready, retry, sleep, steps } from '../support/steps.ts';

const stays = { durationMs: 1e9 };
/** Listens at an address; it is ready as `reach` says. */
const server = (id: string, more: object = {}, behaviour: Behaviour | readonly Behaviour[] = stays) =>
  leaf(id, behaviour, { ...ready('80'), ...more });
const test = leaf('test', { durationMs: 100 });
const interrupt = { type: 'interrupted', signal: 'SIGINT' } as const;

const command = (behaviour: Behaviour): Probe => ({ type: 'run', command: leaf('', behaviour) as RunStep });
const log = (pattern: string): Probe => ({ type: 'log', pattern });

const readies = ({ events }: Simulation) => events.filter(event => event.type === 'step.ready');
const reasonOf = (run: Simulation, step: string) => (run.steps.get(step) as Outcome & { reason: unknown }).reason;

describe('a background step with ready', () => {
  it('is asked at once, soon again, and then less often, where it does not say how often', async () => {
    const { everyMs: _, ...unsaid } = ready('80').ready;
    const readyAt = async (reach: number) => {
      const run = await simulate(steps('.', [server('db', { ready: unsaid }), test]), { reach });
      return readies(run).map(({ t }) => t);
    };
    const asked = [0, 50, 150, 350, 750, 1250, 1750];
    for (const [index, at] of asked.entries()) {
      expect(await readyAt(at)).toEqual([at]);
      if (index > 0) expect(await readyAt((asked[index - 1] ?? 0) + 1)).toEqual([at]);
    }
  });

  it('holds the next step until it is ready, asked at once and then every so often', async () => {
    const run = await simulate(steps('.', [server('db'), test]), { reach: 1200 });
    expect(run.lines).toEqual([
      '0 . started',
      '0 db started',
      '1500 db ready',
      '1500 test started',
      '1600 test succeeded',
      '1600 db succeeded',
      '1600 . succeeded',
    ]);
    expect(run.timersLeft).toBe(0);
  });

  it('that is ready at once holds nobody up, and tells how long it took', async () => {
    const run = await simulate(steps('.', [server('db'), test]));
    expect(run.tookMs).toBe(100);
    expect(readies(run)).toEqual([{ type: 'step.ready', step: 'db', t: 0, attempt: 1, durationMs: 0 }]);
  });

  it('in a gather holds those that need it, and nobody else', async () => {
    const run = await simulate(
      gather('.', [
        server('db'),
        leaf('e2e', { durationMs: 10 }, { needs: [need('db')] }),
        leaf('lint', { durationMs: 5 }),
      ]),
      { reach: 900 },
    );
    expect(run.lines).toEqual([
      '0 . started',
      '0 db started',
      '0 lint started',
      '5 lint succeeded',
      '1000 db ready',
      '1000 e2e started',
      '1010 e2e succeeded',
      '1010 db succeeded',
      '1010 . succeeded',
    ]);
  });

  it('is needed by another one: each starts the moment that the one before is ready', async () => {
    const run = await simulate(
      gather('.', [
        server('web', { needs: [need('db')] }),
        server('db'),
        leaf('e2e', { durationMs: 10 }, { needs: [need('web')] }),
      ]),
      { reach: (_, t) => (t < 500 || (t > 500 && t < 1500) ? { refusal: 'no' } : {}) },
    );
    expect(run.lines.slice(0, 7)).toEqual([
      '0 . started',
      '0 db started',
      '500 db ready',
      '500 web started',
      '500 web ready',
      '500 e2e started',
      '510 e2e succeeded',
    ]);
  });

  it('in a gather that nobody waits in for it is stopped well, ready or not', async () => {
    const run = await simulate(gather('.', [server('db'), test]), { reach: 1e6 });
    expect(run).toMatchObject({ tookMs: 100, exitCode: 0, timersLeft: 0 });
    expect(run.state('db')).toBe('succeeded');
  });

  it('does not hold what stands beside its group', async () => {
    const run = await simulate(gather('.', [steps('e2e', [server('db'), test]), leaf('lint', { durationMs: 5 })]), {
      reach: 900,
    });
    expect(run.lines).toContain('0 lint started');
    expect(run.lines).toContain('1000 e2e/test started');
  });

  it('that ends well before it is ready has failed, and so has its group, at once', async () => {
    const run = await simulate(steps('.', [server('db', {}, { durationMs: 700 }), test]), { reach: 1e6 });
    expect(run.lines.slice(2)).toEqual(['700 db failed', '700 test skipped', '700 . failed']);
    expect(reasonOf(run, 'db')).toEqual({ type: 'not-ready' });
    expect(run.exitCode).toBe(1);
  });

  it('that dies before it is ready has failed as it died, and nobody waits any longer', async () => {
    const run = await simulate(steps('.', [server('db', {}, { durationMs: 700, exitCode: 3 }), test]), { reach: 1e6 });
    expect(run.lines.slice(2)).toEqual(['700 db failed', '700 test skipped', '700 . failed']);
    expect(run.steps.get('db')).toMatchObject({ reason: { type: 'exit' }, exitCode: 3 });
    expect(run.steps.get('test')).toMatchObject({ reason: { type: 'earlier-failed', step: 'db' } });
  });

  it('that dies in a gather skips those that wait for it', async () => {
    const run = await simulate(
      gather('.', [server('db', {}, { durationMs: 700, exitCode: 3 }), leaf('e2e', {}, { needs: [need('db')] })]),
      { reach: 1e6 },
    );
    expect(run.lines.slice(2)).toEqual(['700 db failed', '700 e2e skipped', '700 . failed']);
  });

  it('that ends well once it was ready has succeeded', async () => {
    const run = await simulate(steps('.', [server('db', {}, { durationMs: 50 }), test]));
    expect(run.lines).toContain('50 db succeeded');
    expect(run.exitCode).toBe(0);
  });

  it('that is not ready in time has failed with the last answer, once it is stopped', async () => {
    const run = await simulate(
      steps('.', [server('db', ready('80', { timeoutMs: 3000 }), { ...stays, stopMs: 200 }), test]),
      { reach: 1e6 },
    );
    expect(run.lines.slice(2)).toEqual(['3200 db failed', '3200 test skipped', '3200 . failed']);
    const probe = 'nothing listens on 127.0.0.1:80';
    expect(reasonOf(run, 'db')).toEqual({ type: 'timeout', limitMs: 3000, clock: 'ready', probe });
    expect(run.timersLeft).toBe(0);
  });

  it('whose failure is forgiven lets the next step go on', async () => {
    const run = await simulate(
      steps('.', [server('db', { ...ready('80', { timeoutMs: 1000 }), allowFailure: true }), test]),
      { reach: 1e6 },
    );
    expect(run.lines.slice(2, 4)).toEqual(['1000 db failed', '1000 test started']);
    expect(run.exitCode).toBe(0);
  });

  it('that is stopped while it is waited for is cancelled, and what waits is skipped', async () => {
    const run = await simulate(steps('.', [server('db', {}, { ...stays, stopMs: 30 }), test]), {
      reach: 1e6,
      during: (one, clock) => clock.at(700, () => one.cancel(interrupt)),
    });
    expect(run.lines.slice(2)).toEqual(['700 test skipped', '730 db cancelled', '730 . cancelled']);
    expect(run).toMatchObject({ exitCode: 130, timersLeft: 0 });
  });

  it('is waited for no longer when another background step fails', async () => {
    const run = await simulate(
      steps('.', [leaf('mail', { durationMs: 300, exitCode: 1 }, { background: true }), server('db'), test]),
      { reach: 1e6 },
    );
    expect(run.lines.slice(3)).toEqual(['300 mail failed', '300 test skipped', '300 db cancelled', '300 . failed']);
  });

  it('is asked no more once its group is to end, though it is stopped later', async () => {
    const asked: number[] = [];
    const run = await simulate(
      gather('.', [server('db'), leaf('a', { ...stays, stopMs: 5000 }), leaf('bad', { durationMs: 700, exitCode: 1 })]),
      {
        reach(_, t) {
          asked.push(t);
          return { refusal: 'no' };
        },
      },
    );
    expect(asked).toEqual([0, 500]);
    expect(run.lines.slice(-2)).toEqual(['5700 db cancelled', '5700 . failed']);
  });

  it('in a finally list holds the steps after it', async () => {
    const run = await simulate(leaf('.', {}, lastly([server('tunnel'), leaf('upload', { durationMs: 40 })])), {
      reach: 900,
    });
    expect(run.lines.slice(-5, -2)).toEqual([
      '1000 finally/tunnel ready',
      '1000 finally/upload started',
      '1040 finally/upload succeeded',
    ]);
  });

  it('that is skipped by its if, or left out, holds nobody', async () => {
    const skipped = { if: { type: 'equal', values: { X: ['1'] } } } as const;
    for (const more of [skipped, { leftOut: '--skip' } as const]) {
      const inSteps = await simulate(steps('.', [server('db', more), test]), { reach: 1e6 });
      expect(inSteps).toMatchObject({ tookMs: 100, exitCode: 0 });
      const inGather = await simulate(
        gather('.', [server('db', more), leaf('e2e', { durationMs: 9 }, { needs: [need('db')] })]),
        { reach: 1e6 },
      );
      expect(inGather).toMatchObject({ tookMs: 9, exitCode: 0 });
    }
  });

  it('may be a group: it has started with its first step', async () => {
    const group = steps('stack', [leaf('migrate', { durationMs: 700 }), sleep('serve', 'forever')], ready('80'));
    const run = await simulate(steps('.', [group, test]), { reach: 1200 });
    expect(run.lines).toContain('1500 stack ready');
    expect(run.lines).toContain('1500 test started');
    expect(run.state('stack')).toBe('succeeded');
  });

  it('without a value for a name in it fails, and starts nothing', async () => {
    const run = await simulate(steps('.', [server('db', ready('db:${PORT}')), test]));
    expect(run.lines.slice(1)).toEqual(['0 db failed', '0 test skipped', '0 . failed']);
    expect(reasonOf(run, 'db')).toMatchObject({
      type: 'start',
      message: expect.stringContaining('ready: the variable "PORT"'),
    });
  });

  it('has the variables of the step in what it asks', async () => {
    const asked: string[] = [];
    await simulate(steps('.', [server('db', { ...ready('${HOST}:80'), env: { HOST: 'there' } }), test]), {
      reach({ host, port }) {
        asked.push(`${host}:${port}`);
        return {};
      },
    });
    expect(asked).toEqual(['there:80']);
  });
});

describe('the restart of a service', () => {
  it('that dies before it is ready is judged anew, and told ready once', async () => {
    const run = await simulate(steps('.', [server('db', retry(2), [{ durationMs: 700, exitCode: 1 }, stays]), test]), {
      reach: 2000,
    });
    expect(run.lines.slice(1, 6)).toEqual([
      '0 db started',
      '700 db retrying in 1000',
      '1700 db started attempt 2',
      '2200 db ready',
      '2200 test started',
    ]);
    expect(readies(run)).toEqual([expect.objectContaining({ attempt: 2, durationMs: 500 })]);
  });

  it('that was not ready in time is another attempt', async () => {
    const run = await simulate(steps('.', [server('db', { ...ready('80', { timeoutMs: 1000 }), ...retry(2) }), test]), {
      reach: 2300,
    });
    expect(run.lines.slice(2, 6)).toEqual([
      '1000 db retrying in 1000',
      '2000 db started attempt 2',
      '2500 db ready',
      '2500 test started',
    ]);
  });

  it('that crashes later is told ready again, and holds nobody', async () => {
    const run = await simulate(
      steps('.', [
        server('db', retry(2), [{ durationMs: 50, exitCode: 1 }, stays]),
        leaf('a', { durationMs: 100 }),
        leaf('b', { durationMs: 2000 }),
      ]),
    );
    expect(run.lines).toContain('100 b started');
    expect(readies(run).map(({ t }) => t)).toEqual([0, 1050]);
    expect(run).toMatchObject({ exitCode: 0, tookMs: 2100 });
  });

  it('fails the group at once when its attempts are used up', async () => {
    const run = await simulate(
      steps('.', [server('db', retry(1), { durationMs: 50, exitCode: 9 }), leaf('a', { durationMs: 9000 })]),
    );
    expect(run.lines.slice(-3)).toEqual(['1100 db failed', '1100 a cancelled', '1100 . failed']);
  });

  it('begins with the first delay again once it was ready for longer than the longest one', async () => {
    const lives = [10, 10, 10, 5001, 10].map(durationMs => ({ durationMs, exitCode: 1 }));
    const run = await simulate(
      steps('.', [
        server('db', retry(9, { delayMs: 1000, maxDelayMs: 5000 }), [...lives, stays]),
        leaf('a', { durationMs: 60_000 }),
      ]),
    );
    expect(run.lines.filter(line => line.includes('retrying'))).toEqual([
      '10 db retrying in 1000',
      '1020 db retrying in 2000',
      '3030 db retrying in 4000',
      '12031 db retrying in 1000',
      '13041 db retrying in 2000',
    ]);
  });

  it('counts its attempts on, however long it was ready', async () => {
    const run = await simulate(
      steps('.', [
        server('db', retry(1, { maxDelayMs: 1000 }), { durationMs: 5000, exitCode: 1 }),
        sleep('a', 'forever'),
      ]),
    );
    expect(run.lines.slice(-3)).toEqual(['11000 db failed', '11000 a cancelled', '11000 . failed']);
  });

  it('of a run that goes on is judged from the beginning', async () => {
    const plan = steps('.', [server('db'), leaf('a', { durationMs: 100 }), leaf('b', { durationMs: 1000 })]);
    const first: RunEvent[] = [];
    await simulate(plan, {
      onEvent: event => first.push(event),
      during: (one, clock) => clock.at(500, () => one.cancel(interrupt)),
    });
    const run = await simulate(plan, { resume: first, reach: 900 });
    expect(run.lines).toEqual([
      '0 . started',
      '0 db started',
      '1000 db ready',
      '1000 a succeeded',
      '1000 b started',
      '2000 b succeeded',
      '2000 db succeeded',
      '2000 . succeeded',
    ]);
  });
});

describe('a probe', () => {
  it('has ten seconds for an answer, and what is left of the time', async () => {
    const asked: number[] = [];
    const run = await simulate(steps('.', [server('db', ready('80', { timeoutMs: 15_000 })), test]), {
      reach(_, t) {
        asked.push(t);
        return { afterMs: 1e9 };
      },
    });
    expect(asked).toEqual([0, 10_000]);
    expect(run.tookMs).toBe(15_000);
    expect(reasonOf(run, 'db')).toMatchObject({ probe: 'no answer within 5 s' });
  });

  it('that hangs is told, whatever was answered before', async () => {
    const run = await simulate(steps('.', [server('db', ready('80', { timeoutMs: 3000 })), test]), {
      reach: (_, t) => (t === 0 ? { refusal: 'nothing listens' } : { afterMs: 1e9 }),
    });
    expect(reasonOf(run, 'db')).toMatchObject({ probe: 'no answer within 2.5 s' });
    const brief = await simulate(steps('.', [server('db', ready('80', { timeoutMs: 700 })), test]), {
      reach: (_, t) => (t === 0 ? { refusal: 'nothing listens' } : { afterMs: 1e9 }),
    });
    expect(reasonOf(brief, 'db')).toMatchObject({ probe: 'nothing listens' });
  });

  it('that takes longer than the distance is followed by the next when it has ended', async () => {
    const asked: number[] = [];
    await simulate(steps('.', [server('db'), test]), {
      reach(_, t) {
        asked.push(t);
        return t > 1000 ? {} : { afterMs: 800, refusal: 'no' };
      },
    });
    expect(asked).toEqual([0, 800, 1600]);
  });

  it('is over at once when the step dies under it', async () => {
    const run = await simulate(steps('.', [server('db', {}, { durationMs: 700, exitCode: 1 }), test]), {
      reach: () => ({ afterMs: 5000 }),
    });
    expect(run).toMatchObject({ tookMs: 700, timersLeft: 0 });
  });

  it('that is a command is ready with exit 0, and holds no slot', async () => {
    const probes: Behaviour[] = [{ durationMs: 10, exitCode: 2 }, { durationMs: 10 }];
    let asked = 0;
    const run = await simulate(
      steps('.', [leaf('db', stays, ready(command({ output: 'probe' }))), gather('g', [leaf('a', stays), test])]),
      {
        slots: 1,
        behave: ({ path }) =>
          path === 'db' && asked++ > 0 ? (probes.shift() ?? {}) : { durationMs: path === 'db' ? 1e9 : 50 },
      },
    );
    expect(run.lines).toContain('510 db ready');
    expect(run.lines.join()).not.toContain('db queued');
    expect(run.exitCode).toBe(0);
  });

  it('that is a command tells its last line where it is not ready in time, and prints nothing else', async () => {
    const probe = command({ exitCode: 2, output: 'asking\nno response\n' });
    const run = await simulate(steps('.', [leaf('db', stays, ready(probe, { timeoutMs: 1000 })), test]));
    expect(reasonOf(run, 'db')).toMatchObject({ probe: 'exit 2: no response' });
    expect(run.events.filter(({ type }) => type === 'step.output')).toEqual([]);
  });

  it('that is a request is ready when that succeeds, and tells why it did not', async () => {
    const request = {
      ...leaf(''),
      type: 'http',
      method: 'GET',
      url: 'http://127.0.0.1:${PORT}/',
      headers: {},
      expect: { status: ['2xx'] },
    } as HttpStep;
    const db = leaf('db', stays, { ...ready({ type: 'http', request }, { timeoutMs: 2000 }), env: { PORT: '80' } });
    const answering = (...answers: Behaviour[]) => {
      const ofServer = [stays, ...answers];
      return ({ path }: { path: string }) => (path === 'test' ? {} : (ofServer.shift() ?? { http: {} }));
    };
    const run = await simulate(steps('.', [db, test]), { behave: answering({ http: { status: 503 } }, {}) });
    expect(run.lines).toContain('500 db ready');
    const never = await simulate(steps('.', [db, test]), { behave: answering() });
    expect(reasonOf(never, 'db')).toMatchObject({ clock: 'ready', probe: 'no' });
  });

  it.each([
    ['listening on', 'listening on 80\n'],
    ['/^listen\\w+ on \\d+$/', 'listening on 80\r\n'],
    ['/LISTENING/ig', 'listening on 80\n'],
    ['on ${PORT}', 'listening on 80\n'],
    ['/on ${PORT}$/', 'listening on 80\n'],
  ])('for a line looks at each as it comes: %s', async (pattern, line) => {
    const says = { 100: 'starting on 81\nlist', 700: line.slice(4), 900: 'more\n' };
    const run = await simulate(
      steps('.', [leaf('db', { ...stays, says }, { ...ready(log(pattern)), env: { PORT: '80' } }), test]),
    );
    expect(run.lines).toContain('700 db ready');
    const told = run.events.findIndex(({ type }) => type === 'step.ready');
    expect(run.events[told - 1]).toMatchObject({ type: 'step.output', t: 700 });
  });

  it('hears what the step prints that it uses, where that is a step inside of it', async () => {
    const crashes = { durationMs: 50, exitCode: 1 };
    const inner = leaf('plan', [crashes, { ...stays, says: { 20: 'db is up\n' } }], retry(1));
    const db = steps('db', [inner], { ...ready(log('is up')), used: { from: 'lib.yaml', levels: [] } });
    const run = await simulate(steps('.', [db, test]));
    expect(readies(run)).toMatchObject([{ step: 'db', t: 1070 }]);
    expect(run.state('test')).toBe('succeeded');
  });

  it('takes a value in a regular expression for what it is', async () => {
    const says = { 100: 'a1b\n', 300: 'a.b\n' };
    const db = leaf('db', { ...stays, says }, { ...ready(log('/^${NAME}$/')), env: { NAME: 'a.b' } });
    expect((await simulate(steps('.', [db, test]))).lines).toContain('300 db ready');
  });

  it('for a line tells what no line had, with the values of its variables', async () => {
    const db = (pattern: string) =>
      leaf('db', stays, { ...ready(log(pattern), { timeoutMs: 1000 }), env: { NAME: 'a.b' } });
    const text = await simulate(steps('.', [db('up'), test]));
    expect(reasonOf(text, 'db')).toMatchObject({ probe: 'no line that it has printed holds "up"' });
    const regex = await simulate(steps('.', [db('/up/'), test]));
    expect(reasonOf(regex, 'db')).toMatchObject({ probe: 'no line that it has printed matches /up/' });
    const named = await simulate(steps('.', [db('${NAME} is up'), test]));
    expect(reasonOf(named, 'db')).toMatchObject({ probe: 'no line that it has printed holds "a.b is up"' });
    const inRegex = await simulate(steps('.', [db('/^${NAME}$/i'), test]));
    expect(reasonOf(inRegex, 'db')).toMatchObject({ probe: String.raw`no line that it has printed matches /^a\.b$/i` });
  });

  it('that throws is a bug, and leaves nothing running', async () => {
    const run = await simulate(steps('.', [server('db'), test]), {
      reach() {
        throw new Error('a bug');
      },
    });
    expect(run).toMatchObject({ exitCode: 3, timersLeft: 0 });
    expect(run.state('test')).toBe('skipped');
  });
});

describe('a heartbeat', () => {
  it('in the background ticks as long as the others run, and has succeeded', async () => {
    const beat = leaf('beat', { durationMs: 5 }, { background: true, every: { intervalMs: 100, overlap: 'skip' } });
    const run = await simulate(steps('.', [beat, leaf('work', { durationMs: 250 })]));
    expect(run.lines.filter(line => line.includes('beat started'))).toEqual([
      '0 beat started',
      '100 beat started',
      '200 beat started',
    ]);
    expect(run.state('beat')).toBe('succeeded');
    expect(run).toMatchObject({ exitCode: 0, tookMs: 250, timersLeft: 0 });
  });
});

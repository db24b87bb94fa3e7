/** Pings: who is told of a run, when and how long, and that nothing that comes of it changes the run. */
import { describe, expect, it } from 'vitest';
import type { ExecuteContext, Executor } from '../../src/engine/executor.ts';
import { openNotifier } from '../../src/engine/notify.ts';
import type { EndFacts } from '../../src/engine/notify-report.ts';
import { Variables } from '../../src/engine/variables.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import { type Behaviour, createSimulatedExecutor } from '../../src/executors/simulated.ts';
import { planFrom } from '../../src/plan/load.ts';
import type { HttpStep, Ping } from '../../src/plan/plan.ts';
import { simulate } from '../support/simulate.ts';
import { any, forEach, leaf, steps } from '../support/steps.ts';

const GOOD: EndFacts = { outcome: { state: 'succeeded' }, exitCode: 0, durationMs: 2300, failures: [] };
const BAD: EndFacts = {
  outcome: { state: 'failed', reason: { type: 'child', step: 'build' } },
  exitCode: 1,
  durationMs: 125_000,
  failures: [{ step: 'build', outcome: { state: 'failed', reason: { type: 'exit' }, exitCode: 3 } }],
};

function pings(notify: unknown): readonly Ping[] {
  const given = { set: {}, files: [], env: { CHECK: 'a/b' } };
  const loaded = planFrom({ notify, run: 'true' }, { folder: '/x', given });
  if (loaded.type === 'rejected') throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return loaded.plan.notify ?? [];
}

/** A notifier whose requests answer as `behave` says; what was sent, with its time. */
function stage(notify: unknown, behave: (step: HttpStep, context: ExecuteContext) => Behaviour = () => ({})) {
  const clock = createVirtualClock();
  const sent: { readonly at: number; readonly line: string; readonly body: unknown }[] = [];
  const warnings: string[] = [];
  const executor: Executor = createSimulatedExecutor(clock, (step, context) => {
    if (step.type !== 'http') throw new Error('no request');
    const { body } = step;
    sent.push({
      at: clock.now(),
      line: `${step.method} ${step.url}`,
      body: body?.type === 'json' ? body.value : body?.type === 'text' ? textOf(body) : undefined,
    });
    return behave(step, context);
  });
  const notifier = openNotifier({
    pings: pings(notify),
    names: { plan: 'nightly', run: '20260101-000000-aaaa', host: 'web1' },
    executor,
    clock,
    variables: new Variables(
      { CHECK: 'a/b', SHORT: 'x', BLANK: ' ', FTP: 'ftp://x.example/secret' },
      { type: 'process' },
    ),
    tailOf: step => [`last of ${step}`, 'a secret'],
    masked: text => text.replaceAll('secret', '***'),
    warn: message => warnings.push(message),
    committed: () => undefined,
  });
  return { clock, sent, warnings, notifier, lines: () => sent.map(({ line }) => line) };
}

/** What stands in a text, where that is JSON. */
function textOf({ text, contentType }: { readonly text: string; readonly contentType?: string }): unknown {
  return contentType === 'application/json' ? JSON.parse(text) : text;
}

describe('a check', () => {
  it('is told of the start, and of success by the url itself', async () => {
    const { clock, notifier, sent } = stage('https://hc.example/${CHECK}?rid=1');
    notifier.started();
    await clock.runUntil(notifier.ended(GOOD));
    expect(sent).toEqual([
      { at: 0, line: 'POST https://hc.example/a%2Fb/start?rid=1', body: undefined },
      {
        at: 0,
        line: 'POST https://hc.example/a%2Fb?rid=1',
        body: 'nightly succeeded on web1 after 2.3 s\nrunjobs show 20260101-000000-aaaa',
      },
    ]);
  });

  it('is told of a failure with the failed step and its last lines, without secrets', async () => {
    const { clock, notifier, sent } = stage({ ping: 'https://hc.example/x' });
    await clock.runUntil(notifier.ended(BAD));
    expect(sent).toEqual([
      {
        at: 0,
        line: 'POST https://hc.example/x/fail',
        body: [
          'nightly failed on web1 after 2m 05s, exit code 1',
          'failed: build (exit code 3)',
          '  last of build',
          '  a ***',
          'runjobs show 20260101-000000-aaaa',
        ].join('\n'),
      },
    ]);
  });
});

it('a ping says of a failed command of a list for which list it was', async () => {
  const outcome = { state: 'failed', reason: { type: 'exit', list: 'L' }, exitCode: 3 } as const;
  const { clock, notifier, sent } = stage({ ping: 'https://hc.example/x' });
  await clock.runUntil(notifier.ended({ ...BAD, failures: [{ step: 'build', outcome }] }));
  expect(sent[0]?.body).toContain("\nfailed: build (forEach.L: the list's command: exit code 3)\n");
});

describe('other pings', () => {
  it('tell Slack the same, with what was printed in a block', async () => {
    const { clock, notifier, sent } = stage({ slack: 'https://hooks.example/x' });
    notifier.started();
    await clock.runUntil(notifier.ended(BAD));
    expect(sent.map(({ body }) => body)).toEqual([
      {
        text: [
          '*nightly failed on web1 after 2m 05s, exit code 1*',
          'failed: build (exit code 3)',
          '```',
          'last of build',
          'a ***',
          '```',
          'runjobs show 20260101-000000-aaaa',
        ].join('\n'),
      },
    ]);
  });

  it('are a POST with a report as JSON, unless they say otherwise', async () => {
    const { clock, notifier, sent } = stage({
      start: 'https://x.example/start',
      failure: {
        url: 'https://x.example/bad',
        json: { code: '${RUNJOBS_EXIT_CODE:json}', step: '${RUNJOBS_FAILED_STEP}' },
      },
      success: 'GET https://x.example/ok',
    });
    notifier.started();
    await clock.runUntil(notifier.ended(BAD));
    await clock.runUntil(notifier.ended(GOOD));
    const names = { plan: 'nightly', run: '20260101-000000-aaaa', host: 'web1' };
    expect(sent.map(({ line, body }) => ({ line, body }))).toEqual([
      { line: 'POST https://x.example/start', body: { ...names, outcome: 'started' } },
      { line: 'POST https://x.example/bad', body: { code: 1, step: 'build' } },
      { line: 'GET https://x.example/ok', body: undefined },
    ]);
  });

  it('have the failed steps and the last lines in their report', async () => {
    const { clock, notifier, sent } = stage({ failure: 'https://x.example/bad' });
    await clock.runUntil(notifier.ended(BAD));
    expect(sent[0]?.body).toMatchObject({
      outcome: 'failed',
      exitCode: 1,
      durationMs: 125_000,
      failed: [{ step: 'build', reason: 'exit code 3' }],
      lines: ['last of build', 'a ***'],
    });
  });
});

describe('a request that tells', () => {
  it('sees the variables of the run, for its proxy and its key, and is known by a name of its own', async () => {
    const seen: (string | undefined)[] = [];
    const { clock, notifier } = stage({ ping: 'https://x.example/', success: 'https://x.example/' }, (_, context) => {
      seen.push(context.path, context.env.CHECK);
      return {};
    });
    notifier.started();
    await clock.runUntil(notifier.ended(GOOD));
    expect(seen).toEqual([
      ...['notify.ping (start)', 'a/b'],
      ...['notify.ping (success)', 'a/b'],
      ...['notify.success (success)', 'a/b'],
    ]);
  });
});

describe('what cannot be told', () => {
  const http = { status: 500 };

  it('is tried once more, and then is a warning without its address', async () => {
    const { clock, notifier, sent, warnings } = stage({ failure: 'https://x.example/very-secret' }, () => ({ http }));
    await clock.runUntil(notifier.ended(BAD));
    expect(sent.map(({ at }) => at)).toEqual([0, 500]);
    expect(warnings).toEqual(['notify.failure (failure) was not told: no']);
  });

  it.each(['${NONE:-}', '${BLANK:-}'])('is left out without a word where its address is empty: %s', async url => {
    const { clock, notifier, sent, warnings } = stage({ ping: url, slack: url, start: url, failure: { url } });
    notifier.started();
    await clock.runUntil(notifier.ended(BAD));
    expect([clock.now(), sent, warnings]).toEqual([0, [], []]);
  });

  it.each(['${SHORT:-}', '${FTP:-}'])('to an address that is no URL is told once, without it: %s', async url => {
    const { clock, notifier, sent, warnings } = stage({ ping: url });
    await clock.runUntil(notifier.ended(BAD));
    expect([clock.now(), sent, warnings]).toEqual([
      0,
      [],
      [
        'notify.ping (failure) was not told: with its variables in it, its address is no URL such as "https://example.org/health"; an empty one tells nobody',
      ],
    ]);
  });

  it('may come through at the second time', async () => {
    const { clock, notifier, warnings, sent } = stage({ failure: 'https://x.example/' }, (_, { attempt }) =>
      attempt === 1 ? { http } : {},
    );
    await clock.runUntil(notifier.ended(BAD));
    expect([sent.length, warnings]).toEqual([2, []]);
  });

  it.each([
    [100, [0, 500]],
    [3000, [0, 3000]],
    [5001, [0]],
  ])('is tried again when the server asks for that, if that is soon: %j', async (retryAfterMs, times) => {
    const { clock, notifier, sent } = stage({ failure: 'https://x.example/' }, () => ({
      http: { status: 429, retryAfterMs },
    }));
    await clock.runUntil(notifier.ended(BAD));
    expect(sent.map(({ at }) => at)).toEqual(times);
    expect(clock.now()).toBe(times.at(-1));
  });

  it('takes ten seconds at most, whoever does not answer, and leaves no timer', async () => {
    const silent = { durationMs: 1e9 };
    const { clock, notifier, warnings } = stage(
      { ping: 'https://x.example/1', slack: 'https://x.example/2', failure: 'https://x.example/3' },
      () => silent,
    );
    notifier.started();
    await clock.runUntil(notifier.ended(BAD));
    expect(clock.now()).toBe(10_000);
    expect(warnings).toEqual(
      ['notify.ping (start)', 'notify.ping (failure)', 'notify.slack (failure)', 'notify.failure (failure)'].map(
        who => `${who} was not told: no answer in time`,
      ),
    );
    expect(clock.pending).toBe(0);
  });

  it('of the start comes before the end, or not at all', async () => {
    const { clock, notifier, lines } = stage('https://x.example/1', step => ({
      durationMs: step.url.endsWith('start') ? 2000 : 0,
    }));
    notifier.started();
    await clock.runUntil(notifier.ended(GOOD));
    expect(lines()).toEqual(['POST https://x.example/1/start', 'POST https://x.example/1']);
    expect(clock.now()).toBe(2000);
  });
});

describe('what has failed and was none', () => {
  const failed = (exitCode: number) => ({ state: 'failed', reason: { type: 'exit' }, exitCode }) as const;
  const root = steps('.', [
    any('race', [leaf('bad'), leaf('good')]),
    forEach('some', ['0', '3'], leaf(''), { tolerate: { type: 'count', count: 1 } }),
    leaf('last'),
  ]);

  it('is none among the failures of the run', async () => {
    const codes: Readonly<Record<string, number>> = { 'race/bad': 1, 'some[2]': 3, last: 2 };
    const { failures } = await simulate(root, {
      behave: ({ path }) => ({ durationMs: path === 'race/good' ? 50 : 0, exitCode: codes[path] ?? 0 }),
    });
    expect(failures).toEqual([
      { step: 'race/bad', outcome: { ...failed(1), allowed: true, forgiven: 'lost' } },
      { step: 'some[2]', outcome: { ...failed(3), allowed: true, forgiven: 'tolerated' } },
      { step: 'last', outcome: failed(2) },
    ]);
  });

  it('is told after what counts, with why it was none', async () => {
    const failure = 'https://x.example/${RUNJOBS_FAILED_STEP}';
    const { clock, notifier, sent } = stage({ ping: 'https://hc.example/x', failure });
    const failures = [
      { step: 'race/bad', outcome: { ...failed(1), allowed: true, forgiven: 'lost' } },
      { step: 'some[2]', outcome: { ...failed(3), allowed: true, forgiven: 'tolerated' } },
      { step: 'last', outcome: failed(2) },
    ] as const;
    await clock.runUntil(notifier.ended({ ...BAD, failures }));
    expect(sent.map(({ line }) => line)).toEqual(['POST https://hc.example/x/fail', 'POST https://x.example/last']);
    expect(String(sent[0]?.body).split('\n').slice(1, 5)).toEqual([
      'failed: last (exit code 2)',
      'failed: race/bad (exit code 1, which lost the race)',
      'failed: some[2] (exit code 3, which is tolerated)',
      '  last of last',
    ]);
  });
});

describe('a run', () => {
  const notify = pings('https://x.example/1');
  const failing = ({ path }: ExecuteContext): Behaviour =>
    path.startsWith('notify ') ? { http: {} } : { durationMs: 100 };

  it('is not delayed by what tells of its start', async () => {
    const behave = ({ path }: ExecuteContext) => ({ durationMs: path.startsWith('notify ') ? 400 : 100 });
    const { lines, timersLeft } = await simulate(leaf('.'), { notify, behave });
    expect(lines).toEqual(['0 . started', '100 . succeeded']);
    expect(timersLeft).toBe(0);
  });

  it('ends as it has ended whatever comes of them, and tells of it before its end', async () => {
    const { exitCode, events, outcome, failures } = await simulate(leaf('.'), { notify, behave: failing });
    expect([exitCode, outcome.state, failures]).toEqual([0, 'succeeded', []]);
    expect(events.slice(-3).map(({ type }) => type)).toEqual(['warning', 'warning', 'run.finished']);
  });

  it('tells of its failure when it is interrupted, and when it is killed', async () => {
    for (const how of ['cancel', 'kill'] as const) {
      const told: string[] = [];
      const { exitCode } = await simulate(leaf('.', { durationMs: 1000 }), {
        notify,
        onExecute: ({ path, kill, stop }) => {
          if (path.startsWith('notify ')) told.push(`${(kill.cancelled ?? stop.cancelled) !== undefined}`);
        },
        behave: ({ path }) => ({ durationMs: path.startsWith('notify ') ? 50 : 1000 }),
        during: (run, clock) => clock.at(200, () => run[how]({ type: 'interrupted', signal: 'SIGTERM' })),
      });
      expect(exitCode).toBe(143);
      expect(told).toEqual(['false', 'false']);
    }
  });

  it('that is resumed tells of its end only', async () => {
    const first = await simulate(leaf('.', { exitCode: 1 }), {});
    const told: string[] = [];
    await simulate(leaf('.'), { notify, resume: first.events, onExecute: ({ path }) => told.push(path) });
    expect(told).toEqual(['.', 'notify (success)']);
  });
});

describe('notify in a plan', () => {
  const problemsOf = (notify: unknown) => {
    const loaded = planFrom({ notify, run: 'true' }, { folder: '/x', given: { set: {}, files: [], env: {} } });
    return loaded.type === 'rejected' ? loaded.problems.map(({ path, message }) => `${path}: ${message}`) : [];
  };

  it('is checked where it stands', () => {
    expect(problemsOf({})).toEqual(['root.notify: nobody is told: add one of ping, slack, start, success, failure']);
    expect(problemsOf('nowhere')).toEqual([
      'root.notify: expected an absolute URL such as "https://example.org/health", got "nowhere"',
    ]);
    expect(problemsOf({ slack: 'ftp://x' })).toHaveLength(1);
    expect(problemsOf({ success: { url: 'https://x.example', json: 1, body: 'x' } })).toEqual([
      'root.notify.success.body: json and body exclude each other; keep one',
    ]);
    expect(problemsOf({ success: { uri: 'https://x.example' } })).toEqual(
      expect.arrayContaining(['root.notify.success.uri: unknown key, did you mean "url"?']),
    );
    expect(problemsOf({ sucess: 'https://x.example' })).toEqual([
      'root.notify.sucess: unknown key, did you mean "success"?',
    ]);
  });

  it('knows what is around the plan, and at the end how the run has ended', () => {
    expect(problemsOf('https://x.example/${NOBODY}')).toEqual([expect.stringContaining('nothing sets "NOBODY"')]);
    expect(problemsOf({ failure: 'https://x.example/${RUNJOBS_RUN}/${RUNJOBS_EXIT_CODE}' })).toEqual([]);
    expect(problemsOf({ start: 'https://x.example/${RUNJOBS_EXIT_CODE}' })).toHaveLength(1);
  });
});

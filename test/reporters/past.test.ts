import { describe, expect, it } from 'vitest';
import type { RunFacts } from '../../src/events/facts.ts';
import { fold } from '../../src/events/fold.ts';
import { groupsOf } from '../../src/events/groups.ts';
import { createHistory } from '../../src/events/history.ts';
import { createProgress } from '../../src/events/progress.ts';
import { cleanedWords } from '../../src/reporters/cleaned.ts';
import { createPalette } from '../../src/reporters/colours.ts';
import { unknownStepWords } from '../../src/reporters/finding.ts';
import { monochrome } from '../../src/reporters/palette.ts';
import { pastJson, runReport } from '../../src/reporters/past-run.ts';
import { ageWords, runsTable, type ShownRun } from '../../src/reporters/past-runs.ts';
import { formatBytes } from '../../src/reporters/sizes.ts';
import { cleanse, cleanseButColours } from '../../src/reporters/text.ts';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, plan, ready, retry, steps } from '../support/steps.ts';
import * as staged from './stage.ts';

const counts = { queued: 0, running: 0, waiting: 0, succeeded: 3, failed: 0, allowed: 0, cancelled: 0, skipped: 0 };
const facts: RunFacts = {
  run: '20261122-081349-7f3a91c4',
  name: 'nightly',
  startedAt: '2026-11-22T08:13:49.120Z',
  resumed: 0,
  durationMs: 72_000,
  counts,
  failures: [],
  outcome: { state: 'succeeded' },
  exitCode: 0,
};
const ended: ShownRun = { id: facts.run, folder: '/f', state: 'ended', facts };
const now = Date.parse(facts.startedAt) + 90 * 60_000;
const table = (runs: readonly ShownRun[], width?: number) => runsTable(runs, { now, palette: monochrome, width });

it('a table of runs tells which plans they are of on a terminal of 80 columns', () => {
  const failed: ShownRun = { ...ended, facts: { ...facts, outcome: staged.exit(1), exitCode: 130 } };
  expect(table([failed, ended], 79).split('\n').slice(0, 3)).toEqual([
    'RUN                       STATE         STARTED     TOOK    PLAN     STEPS',
    '20261122-081349-7f3a91c4  failed (130)  1 hour ago  1m 12s  nightly  3 succeed…',
    '20261122-081349-7f3a91c4  succeeded     1 hour ago  1m 12s  nightly  3 succeed…',
  ]);
  expect(table([failed], 200)).toMatch(/failed \(exit code 130\) {2}2026-\S+ \S+ \(1 hour ago\) {2}1m 12s {2}nightly/);
});

it('a failure in a group that ended well all the same is none in the tree of a run, one in its `finally` is', () => {
  const root = staged.steps('.', [
    staged.any('race', [staged.run('bad'), staged.steps('good', [staged.run('x')])]),
    staged.steps('soft', [staged.run('y')], { allowFailure: true }),
    staged.steps('hard', [staged.run('z')], { finally: { steps: [staged.run('1')], timeoutMs: 1 } }),
  ]);
  const history = createHistory(groupsOf(root));
  const tell = staged.script(
    event => history.take(event),
    () => 0,
  );
  for (const step of ['.', 'race', 'race/bad', 'race/good', 'race/good/x', 'soft', 'soft/y', 'hard']) tell.start(step);
  tell.end('race/bad', staged.exit(3));
  tell.end('race/good/x');
  tell.end('race/good');
  tell.end('race');
  tell.end('soft/y', staged.exit(4));
  tell.end('soft', { ...staged.childFailed('soft/y'), allowed: true });
  tell.end('hard/finally/1', staged.exit(5));
  tell.end('hard', { state: 'failed', reason: { type: 'finally', step: 'hard/finally/1' } });
  const options = { run: ended, history, plan: staged.planOf(root), palette: monochrome, now, tail: () => [] };
  const lines = runReport({ ...options, logOf: () => undefined }).split('\n');
  expect(lines.filter(line => /exit \d/.test(line))).toEqual([
    '    ⚠ bad exit 3, lost the race (1.0 s)',
    '    ⚠ y exit 4, allowed (1.0 s)',
    '    ✖ finally/1: make 1 exit 5 (1.0 s)',
  ]);
});

describe('the head of a run that was stopped', () => {
  const stopped = { state: 'cancelled', reason: { type: 'interrupted', signal: 'SIGQUIT' } } as const;
  const nothing = { ...counts, succeeded: 0, cancelled: 1 };
  const shown = (over: Partial<ShownRun>, more: Partial<RunFacts> = {}) => {
    const run = { ...ended, ...over, facts: { ...facts, outcome: stopped, ...more } };
    const history = createHistory(groupsOf(leaf('a')));
    const options = { run, history, plan: undefined, palette: monochrome, now, tail: () => [] };
    return runReport({ ...options, logOf: () => undefined }).includes('  resume  runjobs resume ');
  };

  it('says how to go on where the digest of the run does', () => {
    expect(shown({}, { counts: { ...nothing, succeeded: 1 } })).toBe(true);
    expect(shown({}, { counts: nothing })).toBe(false);
  });

  it('says it of one that died whatever is done, as what it has left behind is ended first', () => {
    expect(shown({ state: 'died' }, { counts: nothing })).toBe(true);
  });
});

it('a failure that may come to nothing is a warning in a run that goes on, in its tree and below', () => {
  const root = staged.any('.', [staged.run('bad'), staged.run('slow')]);
  const history = createHistory(groupsOf(root));
  const progress = createProgress(groupsOf(root));
  const tell = staged.script(
    event => {
      history.take(event);
      fold(progress, event);
    },
    () => 0,
  );
  const options = { history, progress, plan: staged.planOf(root), palette: monochrome, now, tail: () => [] };
  const { outcome: _, exitCode: __, ...going } = facts;
  const told = (run: ShownRun) =>
    runReport({ ...options, run, logOf: () => undefined })
      .split('\n')
      .filter(line => /bad exit 3/.test(line));
  for (const step of ['.', 'bad', 'slow']) tell.start(step);
  tell.end('bad', staged.exit(3));
  expect(told({ ...ended, state: 'running', facts: going })).toEqual([
    '  ⚠ bad exit 3 (1.0 s)',
    '⚠ bad exit 3 (1.0 s)',
  ]);
  tell.end('slow', staged.exit(4));
  tell.end('.', staged.childFailed('bad'));
  expect(told(ended)).toEqual(['  ✖ bad exit 3 (1.0 s)', '✖ bad exit 3 (1.0 s)']);
});

describe('the table of runs', () => {
  it('has a line for each, its columns one below the other', () => {
    const { outcome: _, exitCode: __, ...going } = facts;
    const running: ShownRun = { ...ended, state: 'running', facts: { ...going, counts: { ...counts, running: 2 } } };
    const broken: ShownRun = { id: facts.run, folder: '/f', state: 'unreadable', trouble: 'its journal is empty' };
    const lines = table([running, ended, { ...ended, state: 'died', facts: going }, broken]).split('\n');
    expect(lines[1]).toMatch(/ running +.* 1h 30m +nightly +2 running, 3 succeeded$/);
    expect(lines[2]).toMatch(/ succeeded +.*\(1 hour ago\) +1m 12s +nightly +3 succeeded$/);
    expect(lines[3]).toMatch(/ died +.* ≥ 1m 12s +nightly /);
    expect(lines[4]).toBe(`${facts.run}  its journal is empty`);
    expect(new Set(lines.slice(0, 4).map(line => line.search(/PLAN|nightly/))).size).toBe(1);
  });

  it.each([200, 80, 40, 20, 5, 1])('fits into %i columns', width => {
    const wide: ShownRun = { ...ended, facts: { ...facts, name: '夜間ビルド🌙'.repeat(20) } };
    for (const line of table([wide, ended], width).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });

  it('shows no control code of a plan’s name', () => {
    expect(table([{ ...ended, facts: { ...facts, name: '\u001b[2Jevil\nforged' } }])).toContain(' evilforged ');
  });
});

it.each([
  [0, 'just now'],
  [-5000, 'just now'],
  [60_000, '1 minute ago'],
  [59 * 60_000, '59 minutes ago'],
  [47 * 3_600_000, '47 hours ago'],
  [72 * 3_600_000, '3 days ago'],
])('what is %i ms old started %s', (ms, words) => {
  expect(ageWords('2026-11-22T08:13:49.120Z', Date.parse('2026-11-22T08:13:49.120Z') + ms)).toBe(words);
});

it.each([
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [2 ** 40, '1.1 TB'],
])('%i bytes are %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

describe('a run that is shown', () => {
  const root = steps(
    '.',
    [gather('checks', [leaf('lint'), leaf('unit', { exitCode: 1 }, retry(1))]), leaf('publish')],
    lastly([leaf('1')]),
  );

  it('has its tree by the plan, how each step went, and the last lines of what failed', async () => {
    const { events } = await simulate(root);
    const history = createHistory(groupsOf(root));
    for (const event of events) history.take(event);
    const failed: ShownRun = {
      ...ended,
      facts: {
        ...facts,
        outcome: { state: 'failed', reason: { type: 'child', step: 'checks/unit' } },
        exitCode: 1,
        failures: [
          {
            step: 'checks/unit',
            outcome: { state: 'failed', reason: { type: 'exit' }, exitCode: 1 },
            durationMs: 0,
            attempts: 2,
          },
        ],
      },
    };
    const report = runReport({
      run: failed,
      history,
      plan: plan(root),
      palette: monochrome,
      now,
      tail: path => (path === 'checks/unit' ? ['\u001b[2Jlast'] : []),
      logOf: () => undefined,
    });
    expect(report).toContain(
      [
        '  ✖ checks "checks/unit" failed (1.0 s)',
        '    ✔ lint (0.0 s)',
        '    ✖ unit exit 1 (1.0 s, 2 attempts)',
        '  ↓ publish skipped: "checks/unit" failed before it',
        '  ✔ finally/1: {} (0.0 s)',
        '',
        '✖ checks/unit exit 1 (0.0 s, 2 attempts)',
        '  $ {"exitCode":1}',
        '  │ last',
      ].join('\n'),
    );
  });

  it('that died tells what ran, what was not reached, and how to go on', async () => {
    const { events } = await simulate(root);
    const history = createHistory(groupsOf(root));
    for (const event of events.slice(0, 4)) history.take(event);
    const { outcome: _, exitCode: __, ...going } = facts;
    const run: ShownRun = { ...ended, state: 'died', facts: { ...going, resumed: 2 } };
    const report = runReport({
      run,
      history,
      plan: plan(root),
      palette: monochrome,
      now,
      tail: () => [],
      logOf: () => undefined,
    });
    expect(report).toMatch(/✖ nightly died \(last heard of 1m 12s after its start\)/);
    expect(report).toMatch(/started .*, resumed 2 times\n/);
    expect(report).toContain(`runjobs resume ${facts.run}`);
    expect(report).toContain('❯ lint was running');
    expect(report).toContain('· publish not reached');
  });
});

it('a run that died tells which of its background steps were ready', async () => {
  const stays = { durationMs: 1e9 };
  const servers = steps('.', [leaf('db', stays, ready('1')), leaf('web', stays, ready('2')), leaf('test')]);
  const { events } = await simulate(servers, {
    reach: ({ port }) => (port === 1 ? {} : { refusal: 'no' }),
    during: (run, clock) => void clock.at(700, () => run.cancel({ type: 'aborted' })),
  });
  const history = createHistory(groupsOf(servers));
  for (const event of events.slice(
    0,
    events.findIndex(({ type }) => type === 'run.cancelling'),
  ))
    history.take(event);
  const { outcome: _, exitCode: __, ...going } = facts;
  const run: ShownRun = { ...ended, state: 'died', facts: going };
  const told = { run, history, plan: plan(servers), palette: monochrome, now, tail: () => [], logOf: () => undefined };
  expect(runReport(told)).toContain('❯ db was running, ready after 0.0 s\n');
  expect(runReport(told)).toContain('❯ web was running, not ready yet\n');
  for (const event of events) history.take(event);
  expect(runReport(told)).toContain('◼ db cancelled: aborted by the caller (0.7 s, ready after 0.0 s)\n');
  expect(JSON.parse(pastJson(told, 'db'))).toMatchObject({ state: 'cancelled', readyMs: 0 });
});

describe('a line of a log on a terminal', () => {
  it.each([
    ['plain', 'plain'],
    ['\u001b[31mred\u001b[0m', '\u001b[31mred\u001b[0m\u001b[0m'],
    ['\u001b[2J\u001b[1;32mok\u001b[K', '\u001b[1;32mok\u001b[0m'],
    ['10%\r\u001b[33m100%\r', '\u001b[33m100%\u001b[0m'],
    ['\u001b]0;title\u0007x', 'x'],
  ])('%j keeps its colours and nothing else', (line, shown) => {
    expect(cleanseButColours(line)).toBe(shown);
    expect(cleanse(shown)).toBe(cleanse(line));
  });
});

it('what was cleaned is told with what stays and why', () => {
  const cleaned = { removed: ['a', 'b'], bytes: 1500, alive: ['c'], starting: [], died: ['d'], stuck: ['e'] };
  expect(cleanedWords(cleaned, false)).toBe(
    'removed 2 runs, 1.5 kB\nc stays: it is alive\n' +
      'd stays: it died, and "runjobs resume d" may go on with it; --all removes it as well\n' +
      'e stays: it cannot be removed\n',
  );
  expect(cleanedWords({ removed: [], bytes: 0, alive: [], starting: [], died: [], stuck: [] }, true)).toBe(
    'nothing to remove\n',
  );
});

it('a step that is unknown is answered with the nearest, or with some that there are', () => {
  expect(unknownStepWords('biuld', ['.', 'build'], 'r')).toContain('did you mean "build"?');
  const many = ['.', ...Array.from({ length: 12 }, (_, index) => `s${index}-long`)];
  expect(unknownStepWords('\u001b[2Jnone', many, 'r')).toMatch(/no step "none"; there are "s0-long", .* and 2 more\n$/);
});

it('colours are there when they are wanted', () => {
  expect(createPalette(true).bad('x')).toBe('\u001b[31mx\u001b[39m');
  expect(createPalette(false).bad('x')).toBe('x');
});

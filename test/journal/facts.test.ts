import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { createFacts } from '../../src/events/facts.ts';
import { createGroupFinder, groupsOf } from '../../src/events/groups.ts';
import { lookAt } from '../../src/journal/past.ts';
import { openJournal } from '../../src/journal/record.ts';
import { readResult, writeResult } from '../../src/journal/result.ts';
import type { Step } from '../../src/plan/plan.ts';
import { temporaryFolder } from '../support/cli.ts';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, retry, steps } from '../support/steps.ts';

const ROOT: Step = steps(
  '.',
  [
    gather('checks', [leaf('lint'), leaf('unit', { exitCode: 1 }, { allowFailure: true })]),
    leaf('build', { exitCode: 3 }, retry(1)),
    leaf('publish'),
  ],
  lastly([leaf('tidy')]),
);

const dead = async () => false;
const alive = async () => true;

async function eventsOf(root: Step): Promise<readonly RunEvent[]> {
  return (await simulate(root)).events;
}

function factsOf(events: readonly RunEvent[], root = ROOT) {
  const fold = createFacts(groupsOf(root));
  for (const event of events) fold.take(event);
  return fold.facts();
}

/** A run's folder with this journal. */
function kept(events: readonly RunEvent[]) {
  const folder = temporaryFolder();
  const journal = openJournal(join(folder, 'journal.ndjson'));
  for (const event of events) journal.record(event);
  journal.close();
  return { id: 'r', folder };
}

describe('the facts of a run', () => {
  it('tell how it ended, what its steps came to, and what failed', async () => {
    const facts = factsOf(await eventsOf(ROOT));
    expect(facts).toMatchObject({
      run: 'test-run',
      name: 'test',
      resumed: 0,
      outcome: { state: 'failed' },
      exitCode: 1,
      counts: { succeeded: 2, failed: 1, allowed: 1, skipped: 1, running: 0, queued: 0 },
      failures: [
        { step: 'checks/unit', outcome: { allowed: true } },
        { step: 'build', outcome: { exitCode: 3 }, attempts: 2 },
      ],
    });
    expect(facts?.durationMs).toBe(1000);
  });

  it('of a run that was cut off have no outcome', async () => {
    const events = await eventsOf(ROOT);
    const cut = events.findIndex(({ type }) => type === 'step.retrying');
    const facts = factsOf(events.slice(0, cut + 1));
    expect(facts).not.toHaveProperty('outcome');
    expect(facts?.counts).toMatchObject({ succeeded: 1, allowed: 1, waiting: 1 });
  });

  it('of a run that was resumed add the times up, and count each step once', async () => {
    const events = await eventsOf(ROOT);
    const cut = events.findIndex(({ type }) => type === 'step.retrying');
    const [started] = events;
    if (started?.type !== 'run.started') throw new Error('it did not start');
    const again = { ...started, at: '2027-01-01T00:00:00.000Z', resumed: { count: 1, taken: 1 } };
    const facts = factsOf([
      ...events.slice(0, cut + 1),
      { type: 'warning', t: 500, message: 'so far' },
      again,
      ...events.slice(1),
    ]);
    expect(facts).toMatchObject({ resumed: 1, durationMs: 1500, startedAt: started.at, exitCode: 1 });
    expect(facts?.counts).toMatchObject({ succeeded: 2, failed: 1, allowed: 1 });
  });

  it('are the same whether the groups are known by the plan or by the journal', async () => {
    const events = await eventsOf(ROOT);
    const finder = createGroupFinder();
    for (const event of events) finder.take(event);
    const known = groupsOf(ROOT);
    for (const path of ['.', 'checks', 'checks/lint', 'build', 'publish', 'finally/tidy', 'finally']) {
      expect([path, finder.isGroup(path)]).toEqual([path, known.isGroup(path)]);
    }
  });
});

describe('the result of a run', () => {
  it('is written for its owner only and reads back, with what the run takes on disk', async () => {
    const facts = factsOf(await eventsOf(ROOT));
    const { folder } = kept([]);
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'logs/a.log'), 'x'.repeat(1234));
    symlinkSync('/etc', join(folder, 'logs/link'));
    writeResult(folder, facts);
    expect(readResult(folder)).toEqual({ v: 1, ...facts, bytes: 1234 + '/etc'.length });
    expect(statSync(join(folder, 'result.json')).mode & 0o777).toBe(0o600);
    writeResult(folder, facts);
    expect(readdirSync(folder).sort()).toEqual(['journal.ndjson', 'logs', 'result.json']);
  });

  it('is not written for a run without an end', async () => {
    const folder = temporaryFolder();
    writeResult(folder, factsOf((await eventsOf(ROOT)).slice(0, 3)));
    writeResult(folder, undefined);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['', '{', 'null', '[]', '{"v":2}', '{"v":1,"run":"r"}'])('that holds %j is none', text => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'result.json'), text);
    expect(readResult(folder)).toBeUndefined();
  });
});

describe('a run that is looked at', () => {
  it('has ended by its result, or by its journal where that is missing', async () => {
    const events = await eventsOf(ROOT);
    const run = kept(events);
    expect(await lookAt(run, dead)).toMatchObject({ state: 'ended', facts: { exitCode: 1, counts: { succeeded: 2 } } });
    writeResult(run.folder, factsOf(events));
    expect(await lookAt(run, dead)).toMatchObject({
      state: 'ended',
      facts: { exitCode: 1, bytes: expect.any(Number) },
    });
  });

  it('is running while somebody holds it, also when it had ended before and was resumed', async () => {
    const events = await eventsOf(ROOT);
    const run = kept(events.slice(0, 4));
    writeResult(run.folder, factsOf(events));
    const seen = await lookAt(run, alive);
    expect(seen.state).toBe('running');
    expect(seen.facts).not.toHaveProperty('outcome');
  });

  it('has died when it has no end and nobody holds it', async () => {
    expect(await lookAt(kept((await eventsOf(ROOT)).slice(0, 4)), dead)).toMatchObject({ state: 'died' });
  });

  it.each([
    ['no journal', undefined, 'it has no journal'],
    ['an empty journal', '', 'its journal is empty'],
    [
      'a journal of a later version',
      '{"type":"run.started","v":2,"run":"r"}\n',
      'its journal is of version 2: a newer runjobs reads it',
    ],
  ])('with %s is unreadable, in words', async (_, text, trouble) => {
    const folder = temporaryFolder();
    if (text !== undefined) writeFileSync(join(folder, 'journal.ndjson'), text);
    expect(await lookAt({ id: 'r', folder }, dead)).toEqual({
      brief: expect.any(String),
      hasGaps: true,
      id: 'r',
      folder,
      state: 'unreadable',
      trouble,
    });
  });

  it('is told as far as its journal is good', async () => {
    const events = await eventsOf(ROOT);
    const lines = events.map(event => `${JSON.stringify(event)}\n`);
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'journal.ndjson'), [...lines.slice(0, 4), 'damage\n', ...lines.slice(4)].join(''));
    expect(await lookAt({ id: 'r', folder }, dead)).toMatchObject({
      state: 'died',
      brief: 'damaged',
      hasGaps: true,
      trouble: 'its journal is damaged from line 5 on; it has no plan.json',
      facts: { run: 'test-run' },
    });
  });
});

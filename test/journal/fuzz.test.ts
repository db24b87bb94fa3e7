import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { fold } from '../../src/events/fold.ts';
import type { Past } from '../../src/events/past.ts';
import { createProgress } from '../../src/events/progress.ts';
import { NOTHING_GIVEN, writePlanCopy } from '../../src/journal/plan-copy.ts';
import { readJournal } from '../../src/journal/read.ts';
import { reopenRun } from '../../src/journal/resume.ts';
import { createPlain } from '../../src/reporters/plain.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { fuzz, mutated } from '../support/mutations.ts';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, plan, retry, sleep, steps } from '../support/steps.ts';

const every = { intervalMs: 1000, times: 3, overlap: 'skip' } as const;
const ROOT = steps('.', [
  leaf('build', { durationMs: 5 }),
  gather(
    'checks',
    [
      leaf('lint'),
      leaf('flaky', [{ exitCode: 1 }, {}], retry(1, { delayMs: 10 })),
      leaf('may', { exitCode: 2 }, { allowFailure: true }),
    ],
    lastly([leaf('tidy')]),
  ),
  steps('beat', [leaf('a'), leaf('b')], { every }),
  steps('again', [leaf('c'), leaf('d', [{ exitCode: 1 }, {}])], retry(1, { delayMs: 10 })),
  sleep('rest', 100),
  leaf('publish', { exitCode: 1 }),
]);
const lineOf = (event: RunEvent) => `${JSON.stringify(event)}\n`;

const { events } = await simulate(ROOT);
const JOURNAL = [{ ...events[0], name: 'fuzz', folder: '/runs/r' } as RunEvent, ...events.slice(1)];
/** Steps that were once recorded as ended well. */
const GOOD = new Set(
  JOURNAL.flatMap(event =>
    event.type === 'step.finished' &&
    (event.outcome.state === 'succeeded' || (event.outcome.state === 'failed' && event.outcome.allowed))
      ? [event.step]
      : [],
  ),
);

/** Opens a run with this journal, and goes on with it on the virtual clock. Gives the steps that are taken over. */
async function resumedWith(journal: Uint8Array): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'runjobs-fuzz-'));
  try {
    writePlanCopy(folder, { plan: plan(ROOT), overrides: {}, given: NOTHING_GIVEN });
    const file = join(folder, 'journal.ndjson');
    writeFileSync(file, journal);
    const read: RunEvent[] = [];
    const reading = readJournal(file, event => read.push(event));
    if (reading.type === 'read') expect(reading.length).toBeLessThanOrEqual(journal.length);
    show(read);
    const reopening = await reopenRun(folder);
    if (reopening.type === 'wrong') expect(reopening.message).not.toMatch(/\n|undefined/);
    if (reopening.type !== 'reopened') return [];
    reopening.run.owner.release();
    const again = await simulate(ROOT, { resume: read });
    expect(again.outcome.state).toBe('failed');
    return wellEnded(reopening.run.past.root, '.');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a journal is shown with: the fold of Progress, and words. */
function show(read: readonly RunEvent[]): void {
  const all = indexSteps(plan(ROOT));
  const progress = createProgress(all);
  const plain = createPlain({
    sink: { write: () => undefined, flush: async () => {} },
    steps: all,
    clock: { now: () => 0, at: () => () => {} },
  });
  for (const event of read) {
    fold(progress, event);
    void plain.report(event);
  }
}

function wellEnded(past: Past, path: string): string[] {
  const outcome = past.finished?.outcome;
  const isGood = outcome?.state === 'succeeded' || (outcome?.state === 'failed' && outcome.allowed === true);
  const below = [...past.children].flatMap(([id, child]) => wellEnded(child, path === '.' ? id : `${path}/${id}`));
  return isGood ? [path, ...below] : below;
}

test('a damaged journal is read and resumed, or refused in words', { timeout: 3_600_000 }, async () => {
  await fuzz('damaged journals', mutated([Buffer.from(JOURNAL.map(lineOf).join(''))]), async journal => {
    await resumedWith(journal);
  });
});

/** One field of one event lost, or of another kind. */
const twisted = fc
  .array(
    fc.tuple(
      fc.nat(JOURNAL.length - 1),
      fc.nat(20),
      fc.constantFrom(
        undefined,
        null,
        -1,
        0,
        1.5,
        1e300,
        2 ** 53,
        '',
        '.',
        'a//b',
        '__proto__',
        true,
        [],
        [7],
        {},
        { type: 'http' },
        { state: 'failed' },
      ),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map(changes => {
    const lines = JOURNAL.map(event => ({ ...event }) as Record<string, unknown>);
    for (const [index, field, value] of changes) {
      const line = lines[index] ?? {};
      const names = [...Object.keys(line), 'body', 'tick', 'resumed', 'log'];
      line[names[field % names.length] ?? ''] = value;
    }
    return Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(''));
  });

test('a journal with events that are none is read and resumed, or refused in words', {
  timeout: 3_600_000,
}, async () => {
  await fuzz('twisted journals', twisted, async journal => {
    await resumedWith(journal);
  });
});

/** Lines lost, doubled, moved and torn: what crashes, disks and editors do. */
const shuffled = fc
  .array(
    fc.tuple(
      fc.constantFrom('lost', 'doubled', 'moved', 'torn'),
      fc.nat(JOURNAL.length - 1),
      fc.nat(JOURNAL.length - 1),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map(changes => {
    const lines = JOURNAL.map(lineOf);
    for (const [change, from, to] of changes) {
      const line = lines[from] ?? '';
      if (change === 'lost') lines.splice(from, 1);
      if (change === 'doubled') lines.splice(to, 0, line);
      if (change === 'moved') lines.splice(to, 0, ...lines.splice(from, 1));
      if (change === 'torn') lines.splice(from, lines.length, line.slice(0, to));
    }
    return Buffer.from(lines.join(''));
  });

test('of a journal with lines lost, doubled, moved or torn, only what had ended well is taken over', {
  timeout: 3_600_000,
}, async () => {
  await fuzz('shuffled journals', shuffled, async journal => {
    for (const path of await resumedWith(journal)) expect(GOOD).toContain(path);
  });
});

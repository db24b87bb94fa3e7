import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHistory } from '../../src/events/history.ts';
import { openJournalTail } from '../../src/journal/journal-tail.ts';
import { groupsIn, lookAt, planIn, readPast } from '../../src/journal/past.ts';
import { knownSteps } from '../../src/reporters/known-steps.ts';
import { monochrome } from '../../src/reporters/palette.ts';
import { pastJson, runReport, stepReport } from '../../src/reporters/past-run.ts';
import { runJson, runsTable } from '../../src/reporters/past-runs.ts';
import { temporaryFolder } from '../support/cli.ts';
import { simulate } from '../support/simulate.ts';
import { gather, lastly, leaf, plan, retry, sleep, steps } from '../support/steps.ts';

const ROOT = steps(
  '.',
  [
    gather('checks', [
      leaf('lint', { exitCode: 1 }, { allowFailure: true }),
      leaf('unit', { durationMs: 50 }, { every: { intervalMs: 20, times: 3, overlap: 'skip' } }),
      sleep('nap', 'forever', { background: true }),
    ]),
    leaf('build', { durationMs: 5000 }, { timeoutMs: 10, ...retry(1) }),
    leaf('publish'),
  ],
  lastly([leaf('tidy')]),
);

const VALUES = [null, 0, -1, 1e300, '', 'x', '\u001b[2J', [], {}, true, { type: 'exit' }, { state: 'failed' }] as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal.
const WRONG = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\[object|undefined/;

/** Something is changed in a line, or the file. */
const mutation = fc.oneof(
  fc.record({ type: fc.constant('value' as const), line: fc.nat(), key: fc.nat(), value: fc.constantFrom(...VALUES) }),
  fc.record({ type: fc.constant('drop' as const), line: fc.nat() }),
  fc.record({ type: fc.constant('double' as const), line: fc.nat(), to: fc.nat() }),
  fc.record({ type: fc.constant('byte' as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({ type: fc.constant('cut' as const), at: fc.nat() }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** Every place in the event where a value stands. */
function places(event: object): [holder: Record<string, unknown>, key: string][] {
  return Object.entries(event).flatMap(([key, value]) => [
    [event as Record<string, unknown>, key] as [Record<string, unknown>, string],
    ...(typeof value === 'object' && value !== null ? places(value) : []),
  ]);
}

function mutated(lines: readonly string[], mutations: readonly Mutation[]): Buffer {
  const all = [...lines];
  for (const change of mutations) {
    if (all.length === 0) break;
    if (change.type === 'drop') all.splice(change.line % all.length, 1);
    if (change.type === 'double') all.splice(change.to % all.length, 0, all[change.line % all.length] ?? '');
    if (change.type !== 'value') continue;
    const event = JSON.parse(all[change.line % all.length] ?? '{}');
    const found = places(event);
    const [holder, key] = found[change.key % found.length] ?? [];
    if (holder !== undefined && key !== undefined) holder[key] = change.value;
    all[change.line % all.length] = JSON.stringify(event);
  }
  let bytes = Buffer.from(all.map(line => `${line}\n`).join(''));
  for (const change of mutations) {
    if (change.type === 'byte' && bytes.length > 0) bytes[change.at % bytes.length] = change.byte;
    if (change.type === 'cut') bytes = bytes.subarray(0, change.at % (bytes.length + 1));
  }
  return bytes;
}

it('a journal that is damaged anywhere is told as far as it goes, and never breaks what looks at it', async () => {
  const { events } = await simulate(ROOT);
  const lines = events.filter(({ type }) => type !== 'step.output').map(event => JSON.stringify(event));
  const folder = temporaryFolder();
  const run = { id: '20261122-081349-7f3a91c4', folder };
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { maxLength: 6 }), fc.boolean(), fc.boolean(), async (made, hasPlan, lives) => {
      writeFileSync(join(folder, 'journal.ndjson'), mutated(lines, made));
      writeFileSync(join(folder, 'plan.json'), hasPlan ? JSON.stringify({ v: 1, plan: plan(ROOT) }) : '{');
      const shown = await lookAt(run, async () => lives);
      const history = createHistory(groupsIn(folder));
      readPast(folder, history.take);
      const options = {
        run: shown,
        history,
        plan: planIn(folder),
        palette: monochrome,
        now: 0,
        tail: () => [],
        logOf: () => undefined,
      };
      const texts = [
        runsTable([shown], { now: 0, palette: monochrome }),
        runReport(options),
        ...knownSteps(options).map(step => stepReport(step, options)),
      ];
      for (const text of texts) expect(text).not.toMatch(WRONG);
      JSON.parse(runJson(shown));
      JSON.parse(pastJson(options));
      openJournalTail(join(folder, 'journal.ndjson')).next(() => {});
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 400) },
  );
});

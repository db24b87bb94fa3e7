import { expect, it } from 'vitest';
import type { Step } from '../../src/plan/plan.ts';
import { simulate } from '../support/simulate.ts';
import { lastly, leaf, retry, sleep, steps } from '../support/steps.ts';

const every = { every: { intervalMs: 1000, times: 2, overlap: 'skip' as const } };
const again = retry(1, { delayMs: 100, factor: 1 });
const timeout = { timeoutMs: 50 };
const allow = { allowFailure: true };
const background = { background: true };
const tidy = lastly([leaf('x')]);
const fail = { durationMs: 10, exitCode: 1 };
const hang = { durationMs: 9000 };

/** Runs `s` in a sequence beside a sleep, and gives the lines about it and what is in it. */
async function linesOf(step: Step, besideMs = 5000): Promise<string[]> {
  const run = await simulate(steps('.', [step, sleep('beside', besideMs)]));
  return run.lines
    .filter(line => / s(\/| )/.test(line))
    .map(line => line.replaceAll('s/finally/', ''))
    .concat(`exit ${run.exitCode}`);
}

const table: [string, Step, string[], number?][] = [
  [
    'every around retry: each tick has its own attempts',
    leaf('s', [fail, {}], { ...every, ...again }),
    [
      '0 s started',
      '10 s retrying in 100',
      '110 s started attempt 2',
      '1000 s started',
      '1010 s retrying in 100',
      '1110 s started attempt 2',
      '1110 s succeeded',
      'exit 0',
    ],
  ],
  [
    'every around timeout: the timeout is of one tick’s attempt',
    leaf('s', { durationMs: 40 }, { ...every, ...timeout }),
    ['0 s started', '1000 s started', '1040 s succeeded', 'exit 0'],
  ],
  [
    'every around timeout: a tick that runs out fails the step',
    leaf('s', hang, { ...every, ...timeout }),
    ['0 s started', '50 s failed', 'exit 1'],
  ],
  [
    'background around every: ticks until the group ends',
    leaf('s', {}, { ...background, every: { intervalMs: 1000, overlap: 'skip' } }),
    ['0 s started', '1000 s started', '2000 s started', '2500 s succeeded', 'exit 0'],
    2500,
  ],
  [
    'allowFailure around every: forgiven after the first failed tick',
    leaf('s', fail, { ...allow, ...every }),
    ['0 s started', '10 s failed', 'exit 0'],
  ],
  [
    'finally around every: once, after all ticks',
    leaf('s', {}, { ...tidy, ...every }),
    ['0 s started', '1000 s started', '1000 x started', '1000 x succeeded', '1000 s succeeded', 'exit 0'],
  ],
  [
    'retry around timeout: each attempt has its own clock',
    leaf('s', [hang, {}], { ...again, ...timeout }),
    ['0 s started', '50 s retrying in 100', '150 s started attempt 2', '150 s succeeded', 'exit 0'],
  ],
  [
    'background around retry: a crash is tried again beside the others',
    leaf('s', [fail, hang], { ...background, ...again }),
    ['0 s started', '10 s retrying in 100', '110 s started attempt 2', '5000 s succeeded', 'exit 0'],
  ],
  [
    'allowFailure around retry: forgiven after the last attempt',
    leaf('s', fail, { ...allow, ...again }),
    ['0 s started', '10 s retrying in 100', '110 s started attempt 2', '120 s failed', 'exit 0'],
  ],
  [
    'finally around retry: once, after the last attempt',
    leaf('s', fail, { ...tidy, ...again }),
    [
      '0 s started',
      '10 s retrying in 100',
      '110 s started attempt 2',
      '120 x started',
      '120 x succeeded',
      '120 s failed',
      'exit 1',
    ],
  ],
  [
    'background around timeout: it limits the step’s life',
    leaf('s', hang, { ...background, ...timeout }),
    ['0 s started', '50 s failed', 'exit 1'],
  ],
  [
    'allowFailure around timeout: running out is forgiven',
    leaf('s', hang, { ...allow, ...timeout }),
    ['0 s started', '50 s failed', 'exit 0'],
  ],
  [
    'finally around timeout: outside of the deadline',
    leaf('s', hang, { ...lastly([leaf('x', { durationMs: 70 })]), ...timeout }),
    ['0 s started', '50 x started', '120 x succeeded', '120 s failed', 'exit 1'],
  ],
  [
    'background around allowFailure: a forgiven crash leaves the group alone',
    leaf('s', fail, { ...background, ...allow }),
    ['0 s started', '10 s failed', 'exit 0'],
  ],
  [
    'background around finally: it runs once the step was stopped',
    leaf('s', hang, { ...background, ...tidy }),
    ['0 s started', '5000 x started', '5000 x succeeded', '5000 s succeeded', 'exit 0'],
  ],
  [
    'finally around allowFailure: told of the failure, which stays forgiven',
    leaf('s', fail, { ...tidy, ...allow }),
    ['0 s started', '10 x started', '10 x succeeded', '10 s failed', 'exit 0'],
  ],
];

it.each(table)('%s', async (_, step, lines, besideMs) => {
  expect(await linesOf(step, besideMs)).toEqual(lines);
});

it('covers every pair of modifiers', () => {
  const names = ['background', 'finally', 'allowFailure', 'every', 'retry', 'timeout'];
  const pairs = names.flatMap((outer, index) => names.slice(index + 1).map(inner => `${outer} around ${inner}`));
  const told = table.map(([title]) => title.slice(0, title.indexOf(':')));
  expect([...new Set(told)].sort()).toEqual(pairs.sort());
});

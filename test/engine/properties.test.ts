import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { childPath, isAtOrBelow, isLeaf, type Step } from '../../src/plan/plan.ts';
import { type Simulation, simulate } from '../support/simulate.ts';
import { foreground, ms, paths, reachAt, tree } from '../support/trees.ts';
import { examples } from '../support/way.ts';

const isBelow = (path: string, group: string) => path !== group && isAtOrBelow(path, group);

const isStartOf = (event: RunEvent, path: string) => event.type === 'step.started' && event.step === path;

/** How often a step was told to have ended, by itself or with other copies of its forEach. */
function finalStates(events: readonly RunEvent[], path: string): number {
  return events.filter(event => {
    if (event.type === 'step.finished') return event.step === path;
    if (event.type !== 'copies.finished') return false;
    const numbers = Array.from({ length: event.count }, (_, index) => event.first + index);
    return numbers.some(number => childPath(event.step, `[${number}]`) === path);
  }).length;
}

/** By the path of each child of a sequence, the background steps before it that it waits for until they are ready. */
function readyBefore(places: ReadonlyMap<string, { readonly step: Step }>): ReadonlyMap<string, readonly string[]> {
  const before = new Map<string, readonly string[]>();
  for (const [path, { step }] of places) {
    if (step.type !== 'steps') continue;
    const servers: string[] = [];
    for (const child of step.children) {
      before.set(childPath(path, child.id), [...servers]);
      if (child.ready !== undefined) servers.push(childPath(path, child.id));
    }
  }
  return before;
}

/** Runs the tree, interrupts it, perhaps kills it, and checks each law at each event. */
async function observe(
  root: Step,
  slots: number,
  cancelAt: number,
  killAfter: number | undefined,
): Promise<Simulation> {
  const places = new Map(paths(root, '.').map(([path, step, place]) => [path, { step, ...place }]));
  const before = readyBefore(places);
  const running = new Set<string>();
  const unswept = new Set<string>();
  /** Those that nobody waits for any more until they are ready. */
  const awaited = new Set<string>();
  let slotsTaken = 0;
  let cancelling = false;
  const broken: string[] = [];
  const law = (holds: boolean, words: string) => {
    if (!holds) broken.push(words);
  };
  const onEvent = (event: RunEvent) => {
    if (event.type === 'run.cancelling') cancelling = true;
    if (event.type === 'step.started') {
      const place = places.get(event.step);
      running.add(event.step);
      if (place !== undefined && !isLeaf(place.step) && place.step.type !== 'sleep') unswept.add(event.step);
      if (place !== undefined && isLeaf(place.step) && !place.slotless) slotsTaken += 1;
      law(slotsTaken <= slots, `${event.step} started without a slot`);
      for (const path of awaited) if (isBelow(path, event.step)) awaited.delete(path);
      for (const path of before.get(event.step) ?? []) law(awaited.has(path), `${event.step} did not wait for ${path}`);
      law(!cancelling || /(^|\/)finally\//.test(event.step), `${event.step} started after the cancellation`);
    }
    if (event.type === 'attempt.finished') {
      const place = places.get(event.step);
      if (place !== undefined && isLeaf(place.step) && !place.slotless && running.has(event.step)) slotsTaken -= 1;
      for (const path of running)
        law(!isBelow(path, event.step) || path.includes('finally'), `${path} outlives an attempt of ${event.step}`);
      law(!unswept.has(event.step), `${event.step} ended without a sweep`);
      running.delete(event.step);
    }
    if (event.type === 'step.ready') {
      law(running.has(event.step), `${event.step} is ready but does not run`);
      awaited.add(event.step);
    }
    if (event.type === 'step.finished') {
      awaited.add(event.step);
      law(!running.has(event.step), `${event.step} has ended but runs`);
      for (const path of running) law(!isBelow(path, event.step), `${path} outlives ${event.step}`);
    }
  };
  const run = await simulate(root, {
    slots,
    reach: reachAt,
    onEvent,
    onSweep(path, clock) {
      for (const each of running) law(!isBelow(each, path), `${each} ran when ${path} was swept`);
      return new Promise(resolve => {
        clock.at(clock.now() + 3, () => {
          unswept.delete(path);
          resolve();
        });
      });
    },
    during(run, clock) {
      clock.at(cancelAt, () => run.cancel({ type: 'interrupted', signal: 'SIGTERM' }));
      if (killAfter !== undefined)
        clock.at(cancelAt + killAfter, () => run.kill({ type: 'interrupted', signal: 'SIGTERM' }));
    },
  });
  law(running.size === 0, 'something runs after the end');
  law(slotsTaken === 0, 'a slot leaked');
  for (const [path, place] of places) {
    const ends = finalStates(run.events, path);
    law(place.repeated || ends <= 1, `${path} has ${ends} final states`);
    law(place.inCopy || ends >= 1, `${path} has no final state`);
    if (place.step.type !== 'forEach' || !run.events.some(event => isStartOf(event, path))) continue;
    for (const copy of places.keys()) {
      const isCopy = copy.startsWith(childPath(path, '[')) && /^\d+\]$/.test(copy.slice(childPath(path, '[').length));
      if (isCopy) law(finalStates(run.events, copy) >= 1, `${copy} has no final state`);
    }
  }
  expect(broken).toEqual([]);
  return run;
}

const scenario = fc.record({
  root: tree.map(step => ({ ...foreground(step), id: '.' })),
  slots: fc.integer({ min: 1, max: 4 }),
  cancelAt: fc.integer({ min: 0, max: 1500 }),
  killAfter: fc.option(ms(120), { nil: undefined, freq: 2 }),
});

describe('for any tree of steps, interrupted at any moment', () => {
  it('nothing outlives its group, no slot is exceeded or leaked, and every step has one final state', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ root, slots, cancelAt, killAfter }) => {
        const run = await observe(root, slots, cancelAt, killAfter);
        for (const [path, outcome] of run.steps) {
          if (outcome.state !== 'skipped') continue;
          const ends = run.events.filter(event => event.type === 'step.finished' && event.step === path);
          const last = ends.at(-1);
          expect(last).toMatchObject({ outcome: { state: 'skipped' }, attempts: 0 });
        }
        expect(run.failures.some(({ outcome }) => outcome.reason.type === 'internal')).toBe(false);
      }),
      { numRuns: examples(600) },
    );
  });

  it('leaves no timer behind but those of the test', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ root, slots, cancelAt }) => {
        const run = await simulate(root, {
          slots,
          during: (run, clock) => clock.at(cancelAt, () => run.cancel({ type: 'aborted' })),
        });
        expect(run.timersLeft).toBeLessThanOrEqual(run.tookMs < cancelAt ? 1 : 0);
      }),
      { numRuns: examples(300) },
    );
  });

  it('the same tree tells the same events', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ root, slots, cancelAt, killAfter }) => {
        const first = await observe(root, slots, cancelAt, killAfter);
        const second = await observe(root, slots, cancelAt, killAfter);
        expect(second.events).toEqual(first.events);
      }),
      { numRuns: examples(150) },
    );
  });
});

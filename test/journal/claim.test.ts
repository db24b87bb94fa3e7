/** The generations of a lock under every order of steps: takers are interleaved, suspended and killed anywhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Generations } from '../../src/journal/generations.ts';
import { claim } from '../../src/journal/lock.ts';

class Killed extends Error {}

/** A folder of generations in memory; each step of a taker on it waits for its turn. */
function openWorld(turn: (who: string) => Promise<unknown>, { listsAtOnce = true } = {}) {
  const files = new Map<number, string>();
  const isDead = new Map<string, boolean>();
  let holders: string[] = [];
  const inTurn = async <T>(who: string, act: () => T): Promise<T> => {
    await turn(who);
    if (isDead.get(who)) throw new Killed();
    return act();
  };
  const sorted = () => [...files.keys()].sort((a, b) => a - b);

  const generationsOf = (who: string): Generations => ({
    async numbers() {
      const first = await inTurn(who, sorted);
      if (listsAtOnce) return first;
      const second = await inTurn(who, sorted);
      return first.filter(number => second.includes(number));
    },
    read: generation => inTurn(who, () => files.get(generation)),
    make: (generation, text) =>
      inTurn(who, () => {
        if (files.has(generation) || (generation === 1 && files.size > 0)) return false;
        files.set(generation, text);
        return true;
      }),
    remove: generation => inTurn(who, () => void files.delete(generation)),
    tidy: () => inTurn(who, () => {}),
  });

  return {
    files,
    /** More than one at a time is what must never be. */
    holders: () => holders,
    kill(who: string) {
      isDead.set(who, true);
      holders = holders.filter(other => other !== who);
    },
    /** Tries to take the lock so many times; gives it back each time but the last. Resolves to how often it had it. */
    async run(who: string, times: number) {
      let held = 0;
      try {
        for (let round = 0; round < times; round += 1) {
          const taken = await claim(generationsOf(who), {
            who: async record => {
              if (record === '') return undefined;
              const by = record.split(' ')[0] ?? '';
              return inTurn(who, () => ({ state: isDead.get(by) ? ('dead' as const) : ('alive' as const) }));
            },
            prepare: async () => ({ record: `${who} ${round}`, drop() {} }),
          });
          if (isDead.get(who)) throw new Killed();
          if (taken.type === 'taken') continue;
          held += 1;
          holders.push(who);
          expect(holders).toEqual([who]);
          if (round === times - 1) break;
          await inTurn(who, () => {
            holders = holders.filter(other => other !== who);
            if (files.get(taken.generation) === `${who} ${round}`) files.set(taken.generation, '');
          });
        }
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
      return held;
    },
  };
}

const names = ['a', 'b', 'c', 'd'];
const runs = Number(process.env.FUZZ_RUNS ?? 1500);
const limitMs = 60_000 + runs * 40;

describe('of takers in any order of steps', () => {
  it(
    'never two hold the lock, though some are killed anywhere',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.array(fc.record({ who: fc.constantFrom(...names), after: fc.nat({ max: 60 }) }), { maxLength: 3 }),
          async (scheduler, deaths) => {
            let steps = 0;
            const world = openWorld(async who => {
              await scheduler.schedule(Promise.resolve(), who);
              steps += 1;
              for (const death of deaths) if (death.after === steps) world.kill(death.who);
            });
            const all = Promise.all(names.map(name => world.run(name, 4)));
            await scheduler.waitFor(all);
            expect(world.files.size).toBeGreaterThan(0);
          },
        ),
        { numRuns: runs },
      );
    },
    limitMs,
  );

  it(
    'never two hold the lock, though listings of the folder are torn',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async scheduler => {
          const world = openWorld(who => scheduler.schedule(Promise.resolve(), who), { listsAtOnce: false });
          await scheduler.waitFor(Promise.all(names.map(name => world.run(name, 4))));
          expect(world.holders().length).toBeLessThanOrEqual(1);
        }),
        { numRuns: runs },
      );
    },
    limitMs,
  );

  it(
    'exactly one takes over from a holder that is dead',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 3 }), async (scheduler, generation) => {
          const world = openWorld(who => scheduler.schedule(Promise.resolve(), who));
          world.files.set(generation, 'dead 0');
          world.kill('dead');
          await scheduler.waitFor(Promise.all(names.map(name => world.run(name, 1))));
          expect(world.holders()).toHaveLength(1);
        }),
        { numRuns: runs },
      );
    },
    limitMs,
  );
});

import { expect, it } from 'vitest';
import { soak } from '../support/soak.ts';

const runs = Number(process.env.RUNS ?? 300);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));

it(`${runs} runs of a nasty plan, ended at random moments in random ways, leave nothing`, async () => {
  process.stdout.write(`${runs} endings: SEED=${seed}\n`);
  expect(await soak(runs, seed), `RUNS=${runs} SEED=${seed} repeats them`).toEqual([]);
});

import { expect, it } from 'vitest';
import { soak } from '../support/soak.ts';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));

it(`24 runs of a nasty plan, ended at random moments in random ways, leave nothing (SEED=${seed})`, {
  timeout: 240_000,
}, async () => {
  expect(await soak(24, seed), `SEED=${seed} repeats them`).toEqual([]);
});

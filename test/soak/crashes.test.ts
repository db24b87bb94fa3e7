import { expect, it } from 'vitest';
import { crash } from '../support/crashes.ts';

const rounds = Number(process.env.ROUNDS ?? 60);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));

it(`${rounds} runs, killed again and again and resumed to their end, lose nothing and do nothing twice`, async () => {
  const { crashes, wrong } = await crash(rounds, seed);
  process.stdout.write(`${rounds} runs, ${crashes} crashes: SEED=${seed}\n`);
  expect(wrong, `ROUNDS=${rounds} SEED=${seed} repeats them`).toEqual([]);
});

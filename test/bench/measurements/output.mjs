// The same as spawn, where each command prints a line and all of them are shown with their origin.
import { inTurns } from '../harness/rounds.mjs';
import { spawners } from '../harness/spawners.mjs';
import { spawnTable } from './spawn.mjs';

export const about = '500 × `sh -ec "echo a line"`, limit 2, each line shown with its path (reporter plain) and kept';
export const minutes = 2;

export async function measure({ rounds = 5, scratch }) {
  const script = 'echo a line of output';
  const samples = await inTurns(spawners({ scratch, count: 500, limit: 2, script, reporter: 'plain' }), { rounds });
  return [spawnTable('500 × echo, 2 at once, plain', samples, 0.85)];
}

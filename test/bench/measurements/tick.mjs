// How late ticks start when every core is busy, beside a loop of asyncio that is anchored as ours is.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { atMost, table } from '../harness/finding.mjs';
import { BIN, contestant, ENV } from '../harness/here.mjs';
import { python } from '../harness/peers.mjs';
import { timed } from '../harness/process.mjs';
import { inTurns, median, quantile } from '../harness/rounds.mjs';

export const about =
  'a command every 100 ms, 100 times, with every core busy: how late it runs, beside anchored asyncio';
export const minutes = 2;
const [EVERY_MS, TIMES] = [100, 100];

export async function measure({ rounds = 4, scratch }) {
  const plan = join(scratch, 'plan.json');
  const said = join(scratch, 'said');
  const command = 'echo "$RUNJOBS_TICK $(date +%s%N)"';
  const every = { interval: `${EVERY_MS}ms`, times: TIMES, overlap: 'queue' };
  writeFileSync(plan, JSON.stringify({ name: 'tick', every, run: command }));
  const state = join(scratch, 'state');
  const ours = [process.execPath, BIN, plan, '--reporter', 'plain', '--state-dir', state];
  const asyncio = python();
  const lateness = async contender => {
    await timed(contender, { to: said });
    return told(readFileSync(said, 'utf8'));
  };
  const contestants = {
    runjobs: () => lateness(ours),
    ...(asyncio && {
      asyncio: () => lateness([asyncio, contestant('asyncio_ticks.py'), String(EVERY_MS), String(TIMES), command]),
    }),
  };
  const busy = Array.from({ length: availableParallelism() }, () =>
    spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore', env: ENV }),
  );
  try {
    const samples = await inTurns(contestants, { rounds, warmUp: false });
    return [ticksTable(samples)];
  } finally {
    for (const child of busy) child.kill('SIGKILL');
  }
}

function ticksTable(samples) {
  const all = name => samples.get(name)?.flatMap(({ late }) => late) ?? [];
  const p99 = name => quantile(all(name), 0.99);
  const drift = median(samples.get('runjobs').map(({ drift }) => drift));
  return table('lateness of ticks, all cores busy', samples, {
    figure: ({ late }) => quantile(late, 0.99),
    unit: 'p99 ms',
    also: { 'median ms': ({ late }) => median(late), 'drift ms': ({ drift }) => drift },
    goals: [
      samples.has('asyncio')
        ? atMost('p99 of lateness ≤ 1.5 × asyncio', 1.5, p99('runjobs') / p99('asyncio'))
        : undefined,
      atMost('no drift: the last quarter of ticks is later than the first by at most so many ms', 10, drift),
    ],
  });
}

/** How late each tick was, beside the most punctual one, and how much later the last ones than the first. */
function told(text) {
  const ticks = [...text.matchAll(/(\d+) (\d{19})$/gm)].map(
    ([, tick, at]) => Number(at) / 1e6 - Number(tick) * EVERY_MS,
  );
  if (ticks.length !== TIMES) throw new Error(`expected ${TIMES} ticks, got ${ticks.length}:\n${text.slice(0, 1000)}`);
  const first = Math.min(...ticks);
  const late = ticks.map(at => at - first);
  const quarter = TIMES / 4;
  return { late, drift: median(late.slice(-quarter)) - median(late.slice(0, quarter)) };
}

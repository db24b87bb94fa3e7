// Whether a long run grows, and slows down as it grows: memory and spawn rate, every 2000 of 20 000 commands.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readdirSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, atMost, table } from '../harness/finding.mjs';
import { BIN, ENV } from '../harness/here.mjs';
import { cpuOf, memoryOf } from '../harness/process.mjs';
import { median } from '../harness/rounds.mjs';

export const about = 'a gather of 20 000 × `sh -ec true`, 2 at once: memory and commands a second every 2000';
export const minutes = 3;
/** It is named, or left out. */
export const long = true;
const [COUNT, STRETCH] = [20_000, 2000];

export async function measure({ rounds = 1, scratch }) {
  const plan = join(scratch, 'plan.json');
  writeFileSync(plan, JSON.stringify({ limit: 2, gather: Array.from({ length: COUNT }, () => 'true') }));
  const samples = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const { upTo, ...sample } of await stretches(plan, mkdtempSync(join(scratch, 'state-')))) {
      samples.set(`up to ${upTo}`, [...(samples.get(`up to ${upTo}`) ?? []), sample]);
    }
  }
  const [first, last] = [samples.get(`up to ${STRETCH}`), samples.get(`up to ${COUNT}`)];
  const the = (of, figure) => median(of.map(figure));
  return [
    table('20 000 commands', samples, {
      figure: ({ perSecond }) => perSecond,
      unit: 'a second',
      reference: `up to ${STRETCH}`,
      also: { 'RSS MiB': ({ rssMiB }) => rssMiB, 'CPU ms a command': ({ cpuMs }) => cpuMs },
      goals: [
        atLeast(
          'the last 2000 ≥ 0.9 × as fast as the first',
          0.9,
          the(last, s => s.perSecond) / the(first, s => s.perSecond),
        ),
        atMost(
          'memory at the end ≤ 1.5 × after the first 2000',
          1.5,
          the(last, s => s.rssMiB) / the(first, s => s.rssMiB),
        ),
      ],
    }),
  ];
}

async function stretches(plan, state) {
  const child = spawn(process.execPath, [BIN, plan, '-q', '--state-dir', state], { stdio: 'ignore', env: ENV });
  const ended = new Promise(done => child.once('exit', done));
  const found = [];
  const count = finishedIn(state);
  let [since, before, cpuBefore] = [performance.now(), 0, 0];
  while (found.length < COUNT / STRETCH) {
    if (child.exitCode !== null && count() < COUNT) throw new Error(`runjobs ended with ${child.exitCode}`);
    const finished = count();
    if (finished >= (found.length + 1) * STRETCH) {
      const [now, cpu] = [performance.now(), cpuOf(child.pid)];
      found.push({
        upTo: (found.length + 1) * STRETCH,
        perSecond: ((finished - before) * 1000) / (now - since),
        rssMiB: memoryOf(child.pid).now / 1024 / 1024,
        cpuMs: (cpu - cpuBefore) / (finished - before),
      });
      [since, before, cpuBefore] = [now, finished, cpu];
    }
    await new Promise(done => setTimeout(done, 20));
  }
  await ended;
  return found;
}

/** How many steps have ended by the journal, of which each call reads what is new. */
function finishedIn(state) {
  const buffer = Buffer.alloc(1024 * 1024);
  let [journal, at, finished] = [undefined, 0, 0];
  return () => {
    try {
      journal ??= openSync(join(state, 'runs', readdirSync(join(state, 'runs'))[0], 'journal.ndjson'), 'r');
    } catch {
      // The run has not begun.
      return 0;
    }
    const text = buffer.toString('latin1', 0, readSync(journal, buffer, 0, buffer.length, at));
    const lines = text.slice(0, text.lastIndexOf('\n') + 1);
    at += lines.length;
    finished += lines.split('"step.finished"').length - 1;
    return finished;
  };
}

// How long it takes until the last of many running commands is gone once a run is told to stop.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, table } from '../harness/finding.mjs';
import { BIN, ENV } from '../harness/here.mjs';
import { inTurns, ratio } from '../harness/rounds.mjs';

export const about = '200 running commands: SIGTERM to runjobs, beside `kill -- -pgid` for the same 200';
export const minutes = 1;
const COUNT = 200;

export async function measure({ rounds = 7, scratch }) {
  const plan = join(scratch, 'plan.json');
  writeFileSync(
    plan,
    JSON.stringify({ slots: COUNT, gather: Array.from({ length: COUNT }, () => ({ run: ['sleep', '1000'] })) }),
  );
  const samples = await inTurns(
    {
      'kill -- -pgid': () => {
        const shell = spawn('sh', ['-c', `for i in $(seq ${COUNT}); do sleep 1000 & done; wait`], {
          stdio: 'ignore',
          env: ENV,
          detached: true,
        });
        return cancelled(shell, () => process.kill(-shell.pid, 'SIGTERM'));
      },
      runjobs: () => {
        const run = spawn(process.execPath, [BIN, plan, '-q', '--state-dir', join(scratch, 'state')], {
          stdio: 'ignore',
          env: ENV,
        });
        return cancelled(run, () => run.kill('SIGTERM'));
      },
    },
    { rounds },
  );
  const gone = ({ goneMs }) => goneMs;
  return [
    table('until the last of 200 is gone', samples, {
      figure: gone,
      unit: 'ms',
      reference: 'kill -- -pgid',
      also: { 'ms until it ended itself': ({ endedMs }) => endedMs },
      goals: [
        atMost('last process gone within 3 × kill -- -pgid', 3, ratio(samples, 'runjobs', 'kill -- -pgid', gone)),
      ],
    }),
  ];
}

/** Waits for all commands to run, cancels them, and says when the last was gone and when the process itself. */
async function cancelled(child, cancel) {
  const ended = new Promise(done => child.once('exit', () => done(performance.now())));
  let sleeping = [];
  while (sleeping.length < COUNT) {
    await pause();
    sleeping = descendantsOf(child.pid).filter(pid => nameOf(pid) === 'sleep');
  }
  const startedAt = performance.now();
  cancel();
  while (sleeping.length > 0) {
    sleeping = sleeping.filter(pid => nameOf(pid) === 'sleep');
    await pause();
  }
  const goneMs = performance.now() - startedAt;
  return { goneMs, endedMs: (await ended) - startedAt };
}

const pause = () => new Promise(done => setTimeout(done, 1));

function descendantsOf(pid) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return children.flatMap(child => [child, ...descendantsOf(child)]);
  } catch {
    return [];
  }
}

/** Of what runs there; nothing of one that is gone, or only waits for its parent to notice. */
function nameOf(pid) {
  try {
    const [, name, state] = /\((.*)\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state === 'Z' ? undefined : name;
  } catch {
    return undefined;
  }
}

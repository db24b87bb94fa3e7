/** A nasty plan, started again and again, each time ended at a random moment in a random way: what is left after each. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { userStateOf } from '../../src/journal/known.ts';
import { holderOf } from '../../src/journal/lock.ts';
import { RUN_FILES } from '../../src/journal/runs.ts';
import { planFile, runjobs } from './cli.ts';
import { type Inhabited, inhabited } from './inhabited.ts';
import { seeded } from './random.ts';

/** At once; each is a dozen processes. */
const width = 3;
/** What may take its time: the watchdog of a runjobs that was killed. */
const patienceMs = 15_000;
const longestMs = 2000;

const WAYS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGINT twice', 'its timeout', 'its own end'] as const;
type Way = (typeof WAYS)[number];

function nasty(all: Inhabited, way: Way, afterMs: number) {
  return {
    env: all.env,
    lock: all.env.MARKER,
    stop: { grace: '300ms' },
    ...(way === 'its timeout' ? { timeout: `${afterMs}ms` } : {}),
    gather: [
      { run: all.stays },
      { run: 'sleep 0.05; exit 1', retry: { times: 1000, delay: '20ms' } },
      { run: 'setsid sleep 100 & true', every: '150ms' },
      {
        steps: [
          { background: true, run: 'trap "" TERM; while :; do sleep 0.05; done' },
          'sleep 0.4; sleep 100 & true',
          'sleep 100',
        ],
      },
      ...(way === 'its own end' ? [`sleep ${afterMs / 1000}; exit 7`] : []),
    ],
    finally: ['sleep 0.1; setsid sleep 100 & true'],
  };
}

function signalsOf(way: Way): readonly NodeJS.Signals[] {
  if (way === 'its timeout' || way === 'its own end') return [];
  return way === 'SIGINT twice' ? ['SIGINT', 'SIGINT'] : [way];
}

/** One run from its start to its end. Resolves with what is wrong afterwards, by name. */
async function live(way: Way, afterMs: number): Promise<Record<string, unknown>> {
  const all = inhabited();
  const child = runjobs([planFile(nasty(all, way, afterMs))], { env: all.own });
  const timers = signalsOf(way).map((signal, index) => setTimeout(() => child.kill(signal), afterMs + index * 150));
  const { exitCode, stderr } = await child;
  timers.forEach(clearTimeout);
  // A runjobs that ends has seen to its processes before.
  const marked = way === 'SIGKILL' ? [] : all.left();
  const checks: Record<string, () => readonly string[]> = {
    marked: all.left,
    watchdogs: all.watchdogs,
    files: all.files,
    zombies: ourZombies,
  };
  const deadline = performance.now() + patienceMs;
  const look = () => Object.entries(checks).map(([name, found]) => [name, found()] as const);
  const wrong = () => look().filter(([, found]) => found.length > 0);
  let left = wrong();
  for (; left.length > 0 && performance.now() < deadline; left = wrong())
    await new Promise(done => setTimeout(done, 50));
  const locks = await heldLocks(all.env.MARKER ?? '', all.own.RUNJOBS_STATE_DIR);
  return {
    ...Object.fromEntries(left),
    ...(locks.length > 0 ? { locks } : {}),
    ...(marked.length > 0 ? { 'marked at its end': marked } : {}),
    ...(exitCode === 3 || /bug|\n\s+at /.test(String(stderr)) ? { stderr, exitCode } : {}),
  };
}

/** Locks that somebody has still: the plan's, which goes by this name, and those of the runs themselves. */
async function heldLocks(name: string, state: string): Promise<string[]> {
  const locks = join(userStateOf(process.env), 'locks', hostname());
  const named = existsSync(locks)
    ? readdirSync(locks).filter(lock => lock.startsWith(`${name}-`) && !lock.includes('~'))
    : [];
  const runs = join(state, 'runs');
  const owners = existsSync(runs) ? readdirSync(runs).map(run => join(runs, run, RUN_FILES.owner)) : [];
  if (owners.length > 0 && named.length === 0) return [`there was no lock "${name}"`];
  const folders = [...named.map(lock => join(locks, lock)), ...owners];
  const holders = await Promise.all(folders.map(async folder => ({ folder, found: await holderOf(folder) })));
  return holders.filter(({ found }) => found !== undefined && found.state !== 'dead').map(({ folder }) => folder);
}

/** Children of this process that nobody has waited for. */
function ourZombies(): string[] {
  return readdirSync('/proc').filter(pid => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(`) Z ${process.pid} `);
    } catch {
      return false;
    }
  });
}

/** Lives through so many runs. Resolves with those that have left something, and what; the seed decides all of them. */
export async function soak(runs: number, seed: number): Promise<readonly object[]> {
  const random = seeded(seed);
  const plans = Array.from({ length: runs }, (_, index) => ({
    number: index + 1,
    way: WAYS[Math.floor(random() * WAYS.length)] ?? 'SIGKILL',
    afterMs: Math.round(random() * longestMs),
  }));
  const wrong: object[] = [];
  const next = async () => {
    for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) {
      const found = await live(plan.way, plan.afterMs);
      if (Object.keys(found).length > 0) wrong.push({ ...plan, ...found });
    }
  };
  await Promise.all(Array.from({ length: width }, next));
  return wrong;
}

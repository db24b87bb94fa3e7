/** Runs that are killed and resumed, and what their steps have done. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planFile, printed, processesWith, runjobs, temporaryFolder, until } from './cli.ts';
import { seeded } from './random.ts';

let counter = 0;

/** A plan whose steps write their names into a file, and its state folder. */
export function stage(plan: Record<string, unknown>) {
  const folder = temporaryFolder();
  const marker = `runjobs-resume-${process.pid}-${++counter}`;
  const done = join(folder, 'done');
  const file = planFile({ env: { MARKER: marker, DONE: done, GO: join(folder, 'go') }, ...plan });
  const state = join(folder, 'state');
  const runFolder = () => {
    const [run] = readdirSync(join(state, 'runs'));
    return join(state, 'runs', run ?? '');
  };
  return {
    file,
    state,
    runFolder,
    journal: () => join(runFolder(), 'journal.ndjson'),
    start: (...args: string[]) => runjobs([file, '--state-dir', state, ...args]),
    resume: (...args: string[]) => runjobs(['resume', runFolder(), ...args]),
    go: () => writeFileSync(join(folder, 'go'), ''),
    /** What the steps have written, in order. */
    done: () => (existsSync(done) ? readFileSync(done, 'utf8').trimEnd().split('\n') : []),
    left: () => processesWith(`MARKER=${marker}`),
  };
}

export const say = (word: string) => `echo ${word} >> "$DONE"`;
/** Writes its word, and then waits until it may go on. */
export const wait = (word: string) =>
  `${say(word)}; echo ready; while [ ! -e "$GO" ]; do sleep 0.05; done; ${say(`${word}-end`)}`;

/** Steps in a row, copies two at a time, a step that fails twice, ticks: each writes its word when it has done its work. */
function laborious() {
  const named = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `${letter}${index}`,
      run: `sleep 0.0${index % 4}; ${say(`${letter}${index}`)}`,
    }));
  const flaky = {
    id: 'f0',
    run: `[ "$RUNJOBS_ATTEMPT" = 3 ] || exit 1; ${say('f0')}`,
    retry: { times: 5, delay: '10ms' },
  };
  const ticks = { id: 't', run: 'echo "t$RUNJOBS_TICK" >> "$DONE"', every: { interval: '20ms', times: 5 } };
  return {
    steps: [...named('s', 4), { gather: named('g', 6), limit: 2 }, { steps: [flaky, ...named('n', 2)] }, ticks],
  };
}

const WORDS = ['s0', 's1', 's2', 's3', 'g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'f0', 'n0', 'n1'];
const TICKS = 5;

/**
 * Runs a plan so many times, killed with SIGKILL again and again at random moments and resumed until it has succeeded.
 * Resolves with how many crashes there were, and everything that was lost or done twice.
 */
export async function crash(
  rounds: number,
  seed: number,
): Promise<{ readonly crashes: number; readonly wrong: string[] }> {
  const random = seeded(seed);
  const wrong: string[] = [];
  let crashes = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const at = stage(laborious());
    const runs = (word: string) => at.done().filter(each => each === word).length;
    /** What was recorded as succeeded, with how often it had run by then. */
    const recorded = new Map<string, number>();
    for (let tries = 0; ; tries += 1) {
      const child = tries === 0 ? at.start() : at.resume();
      await printed(child, tries === 0 ? '❯ s0' : 'goes on').catch(() => {});
      // Later and later, so that it comes to its end.
      const timer = setTimeout(() => child.kill('SIGKILL'), random() * (200 + tries * 100));
      const { exitCode } = await child;
      clearTimeout(timer);
      for (const [word, count] of recorded) {
        if (runs(word) !== count)
          wrong.push(`round ${round}: ${word} ran ${runs(word)} times, ${count} when it was recorded`);
      }
      if (exitCode === 0) break;
      if (exitCode !== undefined) wrong.push(`round ${round}: resumed, it ended with ${exitCode}`);
      crashes += 1;
      await until(() => at.left().length === 0);
      for (const word of succeededIn(readFileSync(at.journal(), 'utf8')))
        if (!recorded.has(word)) recorded.set(word, runs(word));
    }
    for (const word of WORDS) if (runs(word) === 0) wrong.push(`round ${round}: ${word} never ran`);
    const ticks = succeededIn(readFileSync(at.journal(), 'utf8')).filter(word => word.startsWith('t'));
    if (new Set(ticks).size !== TICKS) wrong.push(`round ${round}: ${ticks.length} ticks: ${ticks.join()}`);
  }
  return { crashes, wrong };
}

/** The last parts of the paths of steps, and `t1`, `t2`, … for ticks. */
function succeededIn(journal: string): string[] {
  return journal
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line))
    .filter(({ outcome, resumed }) => outcome?.state === 'succeeded' && resumed === undefined)
    .flatMap(({ type, step, tick }) => {
      if (type === 'tick.finished') return [`t${tick}`];
      const id = type === 'step.finished' ? step.split('/').at(-1) : '';
      return WORDS.includes(id) ? [id] : [];
    });
}

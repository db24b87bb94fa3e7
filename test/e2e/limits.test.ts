/** Where the system gives no more files or processes, steps fail in plain words and the run ends truthfully. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, planFile, processesWith, temporaryFolder, until } from '../support/cli.ts';

const asNobody = ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups'];
/** Root has no limit of processes. */
const canLimit = spawnSync('sh', ['-c', `${asNobody.join(' ')} prlimit --nproc=100 test -r ${BIN}`]).status === 0;
let counter = 0;

/** Runs 64 steps, each with a child in a session of its own, none of which ends well before all have begun, below a command that sets a limit. */
async function limited(prefix: readonly string[], plan: object) {
  const marker = `runjobs-limits-${process.pid}-${++counter}`;
  const steps = Array.from({ length: 64 }, (_, index) => ({
    id: `s${index + 1}`,
    run: 'setsid sleep 100 & read _ < go; echo fine',
  }));
  const file = planFile({ env: { MARKER: marker }, stop: { grace: '1s' }, gather: steps, ...plan });
  const folder = dirname(file);
  const state = join(folder, 'state');
  mkdirSync(state);
  chmodSync(folder, 0o755);
  chmodSync(state, 0o777);
  const go = join(folder, 'go');
  execFileSync('mkfifo', ['-m', '666', go]);
  const gate = openSync(go, constants.O_RDWR);
  const [program = '', ...args] = prefix;
  const command = [process.execPath, BIN, file, '--state-dir', state];
  const child = execa(program, [...args, ...command], {
    env: { ...ENV, HOME: temporaryFolder() },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  await until(() => child.exitCode !== null || hasBegun(state, 's64'));
  writeSync(gate, '\n'.repeat(64));
  const { exitCode, stdout, stderr } = await child;
  closeSync(gate);
  return {
    exitCode,
    stderr,
    /** How the steps ended that could not be started. */
    failures: [...stdout.matchAll(/^✖ s\d+ (.*) \(\d+\.\d s\)$/gm)].map(([, words]) => words),
    fine: stdout.match(/^\[s\d+\] fine$/gm)?.length ?? 0,
    /** Whether the run tells of a log that it could not open. */
    unwritten: /cannot be written: EMFILE/.test(stdout),
    left: processesWith(`MARKER=${marker}`),
  };
}

/** Whether the only run in the folder has started the step, or could not. */
function hasBegun(state: string, step: string): boolean {
  const runs = existsSync(join(state, 'runs')) ? readdirSync(join(state, 'runs')) : [];
  const journals = runs.map(run => join(state, 'runs', run, 'journal.ndjson')).filter(existsSync);
  return journals.some(journal => readFileSync(journal, 'utf8').includes(`"step":"${step}"`));
}

const filesMessage = 'Too many files are open in runjobs: raise the limit ("ulimit -n 65536") or lower "slots"';
const processesMessage =
  'The limit of processes is reached: raise it ("ulimit -u", pids of the container) or lower "slots"';

/** A log is a file too: where it was the one too many, the run is stopped with 74 and says so. */
function expectTruth({ exitCode, stderr, left, unwritten }: Awaited<ReturnType<typeof limited>>): void {
  expect({ exitCode, stderr, left }).toEqual({ exitCode: unwritten ? 74 : 1, stderr: '', left: [] });
}

describe('a limit of open files', () => {
  it.each([40, 64])('of %i fails the steps that would go over it, and no other', async limit => {
    const ended = await limited(['sh', '-c', `ulimit -n ${limit} && exec "$@"`, 'sh'], { failFast: false });
    expectTruth(ended);
    expect(ended.failures.filter(words => words !== filesMessage)).toEqual([]);
    if (ended.unwritten) return;
    expect(ended.failures).toContain(filesMessage);
    expect(ended.fine).toBeGreaterThan(0);
  });

  it.each([40, 64])('of %i stops the siblings, and hides none of what they have started', async limit => {
    const ended = await limited(['sh', '-c', `ulimit -n ${limit} && exec "$@"`, 'sh'], {});
    expectTruth(ended);
    if (!ended.unwritten) expect(ended.failures).toContain(filesMessage);
  });
});

describe.skipIf(!canLimit)('a limit of processes (needs root and prlimit)', () => {
  it.each([40, 64])('of %i fails steps in plain words and leaves nothing', async limit => {
    const ended = await limited([...asNobody, 'prlimit', `--nproc=${limit}`], { failFast: false });
    expect(ended).toMatchObject({ exitCode: 1, stderr: '', left: [] });
    expect(ended.failures).toContain(processesMessage);
  });
});

/** A step with everything in it that is hard to end, a runjobs with the same inside included. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BIN, planFile, processesWith, temporaryFolder } from './cli.ts';

const program = resolve('test/commands/inhabited.sh');
let counter = 0;

export interface Inhabited {
  /** The command of the step; with `leave` it ends and leaves them behind. */
  readonly stays: readonly string[];
  readonly leaves: readonly string[];
  /** What every plan with the step needs. */
  readonly env: Readonly<Record<string, string>>;
  /** For runjobs: its temporary files, and where its runs are kept. */
  readonly own: { readonly TMPDIR: string; readonly RUNJOBS_STATE_DIR: string };
  /** A shell command that waits until everything runs. */
  readonly isReady: string;
  /** A file that exists when everything runs. */
  readonly ready: string;
  /** The processes of the step that live, those of the runjobs inside included. */
  left(): string[];
  /** Of runjobs, and of the one inside; and their fork servers. */
  watchdogs(): string[];
  /** Temporary files of ours. */
  files(): string[];
  /** How often each of those who count was told to end. */
  told(): Record<string, number>;
}

/** Makes the folders and the inner plan; nothing is started. */
export function inhabited(): Inhabited {
  const folder = temporaryFolder();
  const marker = `runjobs-inhabited-${process.pid}-${++counter}`;
  const own = { TMPDIR: join(folder, 'tmp'), RUNJOBS_STATE_DIR: join(folder, 'state') };
  mkdirSync(own.TMPDIR);
  const at = join(folder, 'outer');
  const inside = join(at, 'inner');
  const inner = planFile({ stop: { grace: '100ms' }, run: [program, inside, 'stay'] });
  const command = (mode: string) => [program, at, mode, process.execPath, BIN, inner];
  const ready = join(at, 'ready');
  const count = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);
  const runs = () => (existsSync(own.RUNJOBS_STATE_DIR) ? readdirSync(join(own.RUNJOBS_STATE_DIR, 'runs')) : []);
  return {
    stays: command('stay'),
    leaves: command('leave'),
    env: { MARKER: marker },
    own,
    isReady: `until [ -e ${ready} ]; do sleep 0.02; done`,
    ready,
    left: () => processesWith(`MARKER=${marker}`),
    watchdogs: () =>
      runs().flatMap(run => [`runjobs-watchdog\0${run}\0`, `runjobs-fork-server ${run}`].flatMap(processesWith)),
    files: () => readdirSync(own.TMPDIR),
    told: () => ({
      group: count(join(at, 'told-group')),
      session: count(join(at, 'told-session')),
      'inner group': count(join(inside, 'told-group')),
      'inner session': count(join(inside, 'told-session')),
    }),
  };
}

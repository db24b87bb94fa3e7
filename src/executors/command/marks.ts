/** Whose a process is, as the marks in its environment tell. */
import { environmentOf, type Processes } from './processes.ts';

/** The marks of one process; both are empty where they were cleared on purpose. */
export interface Marks {
  /** The runs it is part of, the innermost last. */
  readonly runs: readonly string[];
  /** Of each of these runs the launch, as `<run>:<n>`. */
  readonly launches: readonly string[];
}

/**
 * The marks that an environment (`\0NAME=value\0…\0`) holds. Undefined: it holds none, so only the process's parents
 * tell whose it is. `blank`: it is empty, as it is for a moment while a program is being started.
 */
export function marksIn(environment: string): Marks | 'blank' | undefined {
  if (/^\0*$/.test(environment)) return 'blank';
  const runs = valueIn('RUNJOBS_RUN_IDS', environment);
  if (runs === undefined) return undefined;
  return { runs: words(runs), launches: words(valueIn('RUNJOBS_STEP_MARK', environment)) };
}

/** The marks of a process by its id; undefined also when it has ended or its environment may not be read. */
export type MarksOf = (pid: number) => Marks | 'blank' | undefined;

const read = new WeakMap<Processes, MarksOf>();

/** The marks of the processes of one scan, each read once for all who share it. */
export function marksAmong(processes: Processes): MarksOf {
  const before = read.get(processes);
  if (before !== undefined) return before;
  const marks = new Map<number, ReturnType<MarksOf>>();
  const marksOf: MarksOf = pid => {
    if (!marks.has(pid)) {
      const environment = environmentOf(pid);
      marks.set(pid, environment === undefined ? undefined : marksIn(environment));
    }
    return marks.get(pid);
  };
  read.set(processes, marksOf);
  return marksOf;
}

/** The marks of the n-th launch of a run, behind those of the runs that it is inside of. */
export function marksFor(
  run: string,
  launch: number,
  outer: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const runs = words(outer.RUNJOBS_RUN_IDS);
  const launches = words(outer.RUNJOBS_STEP_MARK).filter(mark => runs.includes(mark.slice(0, mark.lastIndexOf(':'))));
  return {
    RUNJOBS_RUN_IDS: [...runs, run].join(' '),
    RUNJOBS_STEP_MARK: [...launches, markOf(run, launch)].join(' '),
  };
}

/** The mark of the n-th launch of a run. */
export function markOf(run: string, launch: number | string): string {
  return `${run}:${launch}`;
}

function valueIn(name: string, environment: string): string | undefined {
  const at = environment.indexOf(`\0${name}=`);
  if (at === -1) return undefined;
  const from = at + name.length + 2;
  return environment.slice(from, environment.indexOf('\0', from));
}

function words(text = ''): string[] {
  return text.split(' ').filter(Boolean);
}

/** The processes of this machine, as /proc tells them; where there is no /proc (macOS) nothing is known. */
import { readdirSync, readFileSync } from 'node:fs';

interface Snapshot {
  readonly takenAt: number;
  /** Process group to the ids of its processes, zombies left out. */
  readonly groups: ReadonlyMap<number, readonly number[]>;
}

/** A scan costs milliseconds, and hundreds of steps may ask at the same time. */
const freshMs = 50;
let last: Snapshot | undefined;

/**
 * The processes of a group that really run, zombies left out, as of now or shortly ago, but after `notBefore` (of
 * performance.now()). Undefined where there is no /proc.
 */
export function livingIn(group: number, notBefore: number): readonly number[] | undefined {
  const now = performance.now();
  if (last === undefined || last.takenAt < notBefore || now - last.takenAt > freshMs) {
    const groups = scan();
    if (groups === undefined) return undefined;
    last = { takenAt: now, groups };
  }
  return last.groups.get(group) ?? [];
}

/** A process's command line for people, on one line and cut to a readable length; undefined when it has ended. */
export function commandOf(pid: number): string | undefined {
  const words = readProc(`${pid}/cmdline`)?.replaceAll('\0', ' ') || readProc(`${pid}/comm`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a command line may hold any byte, a message must not.
  const text = words?.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return text !== undefined && text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function scan(): Map<number, number[]> | undefined {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return undefined;
  }
  const groups = new Map<number, number[]>();
  for (const name of names) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    // `pid (name) state parent group …`, where the name may hold anything, closing brackets included.
    const stat = readProc(`${name}/stat`);
    const [state, , group] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ', 3) ?? [];
    if (state === undefined || state === 'Z' || state === 'X') continue;
    const members = groups.get(Number(group));
    if (members === undefined) groups.set(Number(group), [pid]);
    else members.push(pid);
  }
  return groups.size === 0 ? undefined : groups;
}

/** Undefined when the process has ended meanwhile. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

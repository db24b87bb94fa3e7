/** Who holds something, written down so that others can tell whether it is still alive. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, platform } from 'node:os';
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { isLit } from './beacon.ts';

/** A process, where it runs, and the run that it is there for. */
export interface Holder extends Place {
  readonly pid: number;
  /** In ticks since the machine's start: an id may become another's, the two together never do. */
  readonly startedAt?: number;
  /** The run's id. */
  readonly run: string;
  /** The name of its plan. */
  readonly name: string;
  /** The plan's file, where it has one. */
  readonly plan?: string;
  /** Since when, in ISO 8601. */
  readonly at: string;
  /** The name of its beacon, in the folder that the lock is in. */
  readonly beacon?: string;
}

/** In which machine, since which start of it, and among which processes. */
export interface Place {
  readonly host: string;
  /** Differs after each start of the machine; absent where there is no /proc. */
  readonly boot?: string;
  /** Containers of one machine see processes of their own; absent where there is no /proc. */
  readonly pidNamespace?: string;
}

/** `unknown`: nothing shows that it is dead, so it counts as alive. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** This process as the holder of something, from now on. */
export function thisHolder(of: { readonly run: string; readonly name: string; readonly plan?: string }): Holder {
  const startedAt = seenProcess('self')?.startedAt;
  return {
    ...thisPlace(),
    pid,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...of,
    at: new Date().toISOString(),
  };
}

/** Where this process runs. */
export function thisPlace(): Place {
  const boot = textOf('/proc/sys/kernel/random/boot_id');
  const pidNamespace = linkOf('/proc/self/ns/pid');
  return {
    host: hostname(),
    ...(boot === undefined ? {} : { boot }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

/**
 * Whether the holder is alive; never judged by age. `folder` is the one that its lock is in, `here` where this process
 * runs. A process that is suspended is alive, a zombie is not.
 */
export async function isAlive(holder: Holder, folder: string, here: Place = thisPlace()): Promise<Liveness> {
  const isSameHost = holder.host === here.host;
  const areBootsKnown = holder.boot !== undefined && here.boot !== undefined;
  if (areBootsKnown && holder.boot !== here.boot) return isSameHost ? 'dead' : 'unknown';
  if (!areBootsKnown && !isSameHost) return 'unknown';
  const seen = seesSameProcesses(holder, here) ? look(holder) : 'unknown';
  if (seen !== 'unknown' || holder.beacon === undefined) return seen;
  switch (await isLit(join(folder, holder.beacon))) {
    case 'lit':
      return 'alive';
    case 'out':
      return 'dead';
    default:
      return 'unknown';
  }
}

/** The holder that a record tells of; undefined where it is none. */
export function parseHolder(text: string): Holder | undefined {
  let value: Partial<Record<keyof Holder, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const isId = Number.isSafeInteger(value.pid) && Number(value.pid) > 0;
  const areTexts = [value.host, value.run, value.name, value.at].every(entry => typeof entry === 'string');
  const isBeaconBeside = value.beacon === undefined || /^[^/\0]+$/.test(String(value.beacon));
  return isId && areTexts && isBeaconBeside ? (value as Holder) : undefined;
}

function seesSameProcesses(holder: Place, here: Place): boolean {
  if (platform() === 'linux' && here.pidNamespace === undefined) return false;
  return holder.pidNamespace === here.pidNamespace;
}

/** By the table of processes: an id that is nobody's is proof, one that is somebody's only with its start. */
function look(holder: Holder): Liveness {
  if (!exists(holder.pid)) return 'dead';
  // Of another namespace's processes, where that of this one is not mounted.
  if (linkOf('/proc/self') !== String(pid) || holder.startedAt === undefined) return 'unknown';
  const found = seenProcess(holder.pid);
  if (found === undefined) return 'unknown';
  return found.isZombie || found.startedAt !== holder.startedAt ? 'dead' : 'alive';
}

function exists(id: number): boolean {
  try {
    kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** A process as /proc tells of it; undefined where it does not. */
function seenProcess(id: number | 'self'): { readonly startedAt: number; readonly isZombie: boolean } | undefined {
  const stat = textOf(`/proc/${id}/stat`);
  // `pid (name) state …`, where the name may hold anything, closing brackets included; the start is field 22.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const startedAt = Number(fields[19]);
  if (fields[0] === undefined || !Number.isSafeInteger(startedAt)) return undefined;
  return { startedAt, isZombie: fields[0] === 'Z' || fields[0] === 'X' };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1').trim();
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The processes of this machine, as /proc tells them; where there is no /proc (macOS), or not ours, nothing is known. */
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { kill, pid as ownPid } from 'node:process';

/** A process that really runs: zombies are none. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** In ticks since the machine's start: an id may become another's, the two together never do. */
  readonly startedAt: number;
}

/** By id: those that may be of our making. This process is not among them, nor are those that were there before it. */
export type Processes = ReadonlyMap<number, Process>;

/** A scan costs milliseconds, and hundreds of steps may ask at the same time. */
const freshMs = 50;
let last: { readonly takenAt: number; readonly groups: ReadonlyMap<number, readonly number[]> } | undefined;
let coming: Promise<Processes | undefined> | undefined;
/** Scans take half of our time at most: those who ask in between share the next one. */
let restUntil = Number.NEGATIVE_INFINITY;
/** The ids of those that were there before us; most of a machine's processes, and of no interest. */
let elders = { takenAt: Number.NEGATIVE_INFINITY, pids: new Set<number>() };
/** For so long an elder's id is trusted to be still its own. */
const eldersMs = 1000;

/** A scan that begins after this call, shared by all who ask meanwhile. Undefined where there is no /proc. */
export function scanProcesses(): Promise<Processes | undefined> {
  coming ??= new Promise(resolve => {
    const begin = () => {
      coming = undefined;
      const from = performance.now();
      resolve(scanNow());
      restUntil = 2 * performance.now() - from;
    };
    const restMs = restUntil - performance.now();
    if (restMs > 0) setTimeout(begin, restMs);
    else setImmediate(begin);
  });
  return coming;
}

/** The next scan looks at every process, also at those whose ids were those of older ones a moment ago. */
export function trustNoElders(): void {
  elders.takenAt = Number.NEGATIVE_INFINITY;
}

/**
 * The processes of a group that really run, zombies left out, as of now or shortly ago, but after `notBefore` (of
 * performance.now()). Undefined where there is no /proc.
 */
export function livingIn(group: number, notBefore: number): readonly number[] | undefined {
  const now = performance.now();
  if (last === undefined || last.takenAt < notBefore || now - last.takenAt > freshMs) {
    const processes = scanNow();
    if (processes === undefined) return undefined;
    last = { takenAt: now, groups: inGroups(processes) };
  }
  return last.groups.get(group) ?? [];
}

/** A process's arguments, each closed by a NUL; undefined when it has ended. */
export function argumentsOf(pid: number): string | undefined {
  return readProc(`${pid}/cmdline`)?.toString('latin1');
}

/** A process's command line for people, on one line and cut to a readable length; undefined when it has ended. */
export function commandOf(pid: number): string | undefined {
  const words = readProc(`${pid}/cmdline`)?.toString().replaceAll('\0', ' ') || readProc(`${pid}/comm`)?.toString();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a command line may hold any byte, a message must not.
  const text = words?.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return text !== undefined && text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** `denied`: it belongs to another user. */
export type Sent = 'sent' | 'gone' | 'denied';

/** Signals this process and no other: one that has its id by now, but not its start, is spared. */
export function signalProcess({ pid, startedAt }: Process, signal: NodeJS.Signals): Sent {
  // kill(1) and below reach the machine's first process, our own group, or everything.
  if (pid < 2 || pid === ownPid) throw new RangeError(`${pid} is no process of a step`);
  return startOf(pid) === startedAt ? send(pid, signal) : 'gone';
}

/** kill(2) to a process, or with a negative id to a group. Throws for a signal that the system does not know. */
export function send(target: number, signal: NodeJS.Signals | 0): Sent {
  try {
    kill(target, signal);
    return 'sent';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return 'gone';
    if (code === 'EPERM') return 'denied';
    throw error;
  }
}

/** When a process started, in ticks since the machine's start; undefined where there is no /proc. */
export function startOf(pid: number): number | undefined {
  return readProcess(pid)?.startedAt;
}

/** The process group of this process; undefined where there is no /proc. */
export function ownGroup(): number | undefined {
  return readProcess(ownPid)?.group;
}

/** The process group that has our terminal, of which nobody may be left; undefined where there is no terminal or no /proc. */
export function foregroundGroup(): number | undefined {
  const group = Number(statFields(ownPid)[5] ?? 0);
  return group > 1 ? group : undefined;
}

/** Our parent, group and session, our terminal, and the group that has it: 0 or less where there is none; undefined where there is no /proc. */
export function ownJob() {
  const [, parent, group, session, terminal, foreground] = statFields(ownPid).map(Number);
  if (parent === undefined || group === undefined || session === undefined) return undefined;
  return { parent, group, session, terminal: terminal ?? 0, foreground: foreground ?? 0 };
}

/** The group of a process, and its parent; undefined when it has ended. */
export function familyOf(pid: number): Pick<Process, 'group' | 'parent'> | undefined {
  return readProcess(pid);
}

/** What a process was started with, as `\0NAME=value\0…\0`; undefined when it has ended or is another user's. */
export function environmentOf(pid: number): string | undefined {
  const bytes = readProc(`${pid}/environ`);
  return bytes === undefined ? undefined : `\0${bytes.toString('latin1')}\0`;
}

/** All processes of this machine, also those that were there before us, at once; this process is not among them. */
export function scanAll(): Processes | undefined {
  if (!procIsOurs()) return undefined;
  const all = pidsOfAll().map(readProcess);
  return new Map(all.filter(process => process !== undefined).map(process => [process.pid, process]));
}

function pidsOfAll(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > 1 && pid !== ownPid);
}

/** A scan that is made at once. Undefined where there is no /proc. */
export function scanNow(): Processes | undefined {
  const since = startOf(ownPid);
  if (since === undefined) return undefined;
  const now = performance.now();
  if (now - elders.takenAt > eldersMs) elders = { takenAt: now, pids: new Set() };
  const processes = new Map<number, Process>();
  for (const pid of pidsOfAll()) {
    if (elders.pids.has(pid)) continue;
    const process = readProcess(pid);
    if (process === undefined) continue;
    if (process.startedAt >= since) processes.set(pid, process);
    else elders.pids.add(pid);
  }
  return processes;
}

/** `state parent group session terminal foreground …` */
function statFields(pid: number): string[] {
  const stat = readProc(`${pid}/stat`)?.toString('latin1');
  // Before them stands `pid (name)`, where the name may hold anything, closing brackets included.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ', 20) ?? [];
}

function readProcess(pid: number): Process | undefined {
  const fields = statFields(pid);
  const [state, parent, group] = fields;
  if (state === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, parent: Number(parent), group: Number(group), startedAt: Number(fields[19]) };
}

function inGroups(processes: Processes): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const { pid, group } of processes.values()) {
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [pid]);
    else members.push(pid);
  }
  return groups;
}

let isOurs: boolean | undefined;

/** In a namespace of processes that was given no /proc of its own, each id there is that of another process. */
function procIsOurs(): boolean {
  try {
    isOurs ??= readlinkSync('/proc/self') === String(ownPid);
  } catch {
    isOurs = false;
  }
  return isOurs;
}

/** Whether orphans that have ended stay as zombies that we cannot tell from living processes: as process 1 without a /proc. */
export function cannotTellZombies(): boolean {
  return ownPid === 1 && !procIsOurs();
}

let buffer: Buffer | undefined;

/** The file's bytes, valid until the next read. Undefined when the process has ended meanwhile, or is another user's. */
function readProc(path: string): Buffer | undefined {
  if (!procIsOurs()) return undefined;
  // Files of /proc have no size, and readFileSync takes twice as long to find their end.
  buffer ??= Buffer.allocUnsafeSlow(64 * 1024);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(`/proc/${path}`, 'r');
    for (let size = 0; ; ) {
      const read = readSync(descriptor, buffer, size, buffer.length - size, null);
      size += read;
      if (read === 0 || (size < buffer.length && path.endsWith('stat'))) return buffer.subarray(0, size);
      if (size === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafeSlow(size)]);
    }
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

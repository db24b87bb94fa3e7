/** Starts processes for us from a small one (Linux, with Perl): a fork costs the more the larger is who forks. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { arch, nextTick, pid as ownPid, platform } from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { getSystemErrorName } from 'node:util';
import type { Stop } from '../../engine/stop.ts';
import type { CommandLine } from './command-line.ts';
import { bareEnvironment, type Environment } from './environment.ts';
import type { Exit } from './exit.ts';
import { forkServerScript, systemCalls } from './fork-server-script.ts';
import { signalGroup } from './group.ts';
import type { Leader } from './launch.ts';
import { firstOf } from './wait.ts';

/** What a process reads, and the pipes that it writes into: descriptors of ours, opened anew. Undefined is /dev/null. */
export type Streams = readonly [stdin: number | undefined, stdout: number, stderr: number];

export interface ForkServer {
  /** Undefined once it is gone: its id may become another's. */
  readonly pid: number | undefined;
  /** Whether it can be asked: false until it has started, and once it is gone. */
  readonly isReady: boolean;
  /**
   * Starts the process as the leader of a session of its own, in the order of the calls. The streams may be closed once
   * this has settled. Resolves with undefined where it cannot open them, as in some sandboxes. Rejects with the error of the
   * system, as `spawn` emits it, when there is no process for another reason. Where the server itself is killed, all that it
   * has started is, too; that is done to one that does not answer soon after `kill`.
   */
  start(line: CommandLine, streams: Streams, kill?: Stop): Promise<Leader | undefined>;
  /** Sends it away, and resolves when it is gone. Call when nothing runs that it has started. */
  close(): Promise<void>;
}

/** Its name, before the run's id. */
export const forkServerName = 'runjobs-fork-server';

/** A server that does not leave, or answer, in this time is killed. */
const patienceMs = 1000;

/** Opens the server of a run; undefined where it would be of no use. Where it cannot run, it is never ready. */
export function openForkServer(run: string): ForkServer | undefined {
  const calls = systemCalls[arch];
  if (platform !== 'linux' || calls === undefined) return undefined;
  const child = spawn('perl', ['-e', forkServerScript, forkServerName, run, ...[ownPid, ...calls].map(String)], {
    cwd: '/',
    // Else each child looks up anew what Perl has not called before; what it starts gets the variables of the request.
    env: { ...bareEnvironment(), LD_BIND_NOW: '1' },
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (child.pid !== undefined) return new Server(child, child.pid);
  child.on('error', () => {});
  return undefined;
}

/** A process that was asked for. */
interface Asked {
  readonly program: string;
  readonly kill: Stop | undefined;
  started(leader: Leader | undefined): void;
  failed(error: Error): void;
}

/** A process that runs. */
interface Running {
  readonly pid: number;
  ended(exit: Exit): void;
}

class Server implements ForkServer {
  isReady = false;
  pid: number | undefined;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<unknown>;
  /** By number. */
  readonly #asked = new Map<number, Asked>();
  readonly #running = new Map<number, Running>();
  /** Those that the server has. */
  #variables: ReadonlyMap<string, string | undefined> | undefined;
  #count = 0;
  /** It was sent away. */
  #isLeaving = false;
  #watching: NodeJS.Timeout | undefined;
  /** The beginning of an answer whose end is still to come. */
  #said = '';

  constructor(child: ChildProcessByStdio<Writable, Readable, null>, pid: number) {
    this.#child = child;
    this.pid = pid;
    // It must not keep us alive by itself, and its loss must not end the run.
    this.#ended = once(child, 'close').catch(() => {});
    void this.#ended.then(() => this.#lose());
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('latin1').on('data', (words: string) => this.#hear(words));
    child.unref();
    this.#hold();
  }

  start({ command, cwd, env }: CommandLine, streams: Streams, kill?: Stop): Promise<Leader | undefined> {
    this.#count += 1;
    const number = this.#count;
    const paths = streams.map(each => (each === undefined ? '/dev/null' : `/proc/${ownPid}/fd/${each}`));
    return new Promise((started, failed) => {
      const variables = this.#differing(env);
      const bytes = request([String(number), ...paths, cwd, String(command.length), ...command, ...variables]);
      this.#asked.set(number, { program: command[0], kill, started, failed });
      this.#watch();
      this.#hold();
      this.#write(bytes);
    });
  }

  /** Looks now and then, while it has something to answer, whether it stands still where somebody is to be killed. */
  #watch(): void {
    this.#watching ??= setTimeout(() => {
      this.#watching = undefined;
      if ([...this.#asked.values()].some(({ kill }) => kill?.cancelled)) this.#kill();
      else if (this.#asked.size > 0) this.#watch();
    }, patienceMs).unref();
  }

  /** With all of its group: somebody may have put a script before Perl. */
  #kill(): void {
    if (this.pid !== undefined) signalGroup(this.pid, 'SIGKILL');
  }

  async close(): Promise<void> {
    const limitMs = this.isReady ? patienceMs : 0;
    this.isReady = false;
    clearTimeout(this.#watching);
    this.#isLeaving = true;
    this.#child.ref();
    this.#hold();
    this.#child.stdin.end();
    if ((await firstOf(this.#ended, { limitMs })) === 'settled') return;
    this.#kill();
    await this.#ended;
  }

  /** All requests of a turn leave together: each wakes the server, which has better things to do. */
  #write(bytes: Uint8Array): void {
    const { stdin } = this.#child;
    if (stdin.writableCorked === 0) {
      stdin.cork();
      nextTick(() => stdin.uncork());
    }
    stdin.write(bytes);
  }

  /** What has to be set, and unset, to make of the server's variables these. It gets those of the first process. */
  #differing(env: Environment): string[] {
    const all = flattened(env);
    const names = Object.keys(all);
    if (this.#variables === undefined) {
      this.#write(request(['0', ...names.map(name => assignment(name, all[name]))]));
      this.#variables = new Map(Object.entries(all));
    }
    const own = this.#variables;
    let known = 0;
    const differing: string[] = [];
    for (const name of names) {
      if (own.has(name)) known += 1;
      if (own.get(name) !== all[name]) differing.push(assignment(name, all[name]));
    }
    if (known < own.size) for (const name of own.keys()) if (!Object.hasOwn(all, name)) differing.push(name);
    return differing;
  }

  #hear(words: string): void {
    const lines = (this.#said + words).split('\n');
    this.#said = lines.pop() ?? '';
    for (const line of lines) {
      const [what, number, value, isAlone] = line.split(' ');
      if (what === 'ready') this.isReady = true;
      else if (what === 'ended') this.#end(Number(number), exitWith(Number(value), isAlone === '1'));
      else this.#answer(what, Number(number), Number(value));
    }
    this.#hold();
  }

  #answer(what: string | undefined, number: number, value: number): void {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    if (what === 'failed' && value > 0) asked?.failed(systemError(value, asked.program));
    else if (what === 'failed') asked?.started(undefined);
    else asked?.started(this.#leader(number, value));
  }

  #end(number: number, exit: Exit): void {
    this.#running.get(number)?.ended(exit);
    this.#running.delete(number);
  }

  #leader(number: number, pid: number): Leader {
    const exited = new Promise<Exit>(ended => this.#running.set(number, { pid, ended }));
    const abandon = () => {
      this.#running.delete(number);
      this.#hold();
    };
    return { pid, exited, abandon };
  }

  /** Keeps us alive exactly while there is something to be told: at last, that it is gone. */
  #hold(): void {
    const output = this.#child.stdout as Socket;
    if (this.#isLeaving || this.#asked.size + this.#running.size > 0) output.ref();
    else output.unref();
  }

  /** Nobody will tell how they end: they must not go on unseen. */
  #lose(): void {
    this.isReady = false;
    this.pid = undefined;
    const killed = Object.assign(new Error('the process that was to start it was killed'), { code: 'ECHILD' });
    for (const { failed } of this.#asked.values()) failed(killed);
    this.#asked.clear();
    for (const { pid, ended } of this.#running.values()) {
      signalGroup(pid, 'SIGKILL');
      ended({ code: null, signal: 'SIGKILL' });
    }
    this.#running.clear();
  }
}

/** All variables in one object that inherits none. */
function flattened(env: Environment): Environment {
  const outer: Environment | null = Object.getPrototypeOf(env);
  return outer === null || outer === Object.prototype ? env : { ...flattened(outer), ...env };
}

/** For the server: a name alone unsets. */
function assignment(name: string, value: string | undefined): string {
  return value === undefined ? name : `${name}=${value}`;
}

function request(texts: readonly string[]): Uint8Array {
  const withNul = texts.find(text => text.includes('\0'));
  if (withNul !== undefined) {
    throw Object.assign(new TypeError(JSON.stringify(withNul)), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  const text = texts.join('\0');
  const bytes = Buffer.allocUnsafe(4 + Buffer.byteLength(text));
  bytes.writeUInt32BE(bytes.length - 4);
  bytes.write(text, 4);
  return bytes;
}

/** Of a status as `waitpid` tells it. */
function exitWith(status: number, wasLast: boolean): Exit {
  const signal = status & 0x7f;
  if (signal === 0) return { code: status >> 8, signal: null, wasLast };
  return { code: null, signal: signalNames.get(signal) ?? null, wasLast };
}

const signalNames = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
);

/** As `spawn` emits it. */
function systemError(errno: number, program: string): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`spawn ${program} ${code}`), { code, errno: -errno });
}

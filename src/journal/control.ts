/** The control socket of a run: where it is told to stop, or to begin a step again, one line of JSON each way. */
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { copyOf } from '../plan/paths.ts';
import { quoteText } from '../plan/quote.ts';
import { RUN_FILES } from './runs.ts';
import { listenAt } from './sockets.ts';

/** What can be asked: to stop a step by its path, or the whole run (`.`, or no step); or to end its attempt for another one. */
export interface ControlRequest {
  readonly type: 'stop' | 'restart';
  readonly step?: string;
}

/** What is answered: `stopping` at once and `stopped` when nothing of it, or of its attempt, is left, or `refused`. */
export type ControlAnswer =
  | { readonly type: 'stopping'; readonly run: string; readonly step: string }
  | { readonly type: 'stopped' }
  | { readonly type: 'refused'; readonly message: string };

/** What the socket acts on. */
export interface Controlled {
  /** Tells the step at the path to stop; `.` is the whole run. */
  stop(path: string): StopAnswer;
  /** Ends its attempt; the next one follows. */
  restart(path: string): StopAnswer;
}

export type StopAnswer =
  /** Resolves when nothing of the step is left. */
  | { readonly type: 'stopping'; readonly ended: Promise<unknown> }
  | {
      readonly type: 'not-running';
      readonly running: readonly string[];
      /** It goes on by itself: it waits for its next tick, or for its turn. */
      readonly waits?: true;
    };

/** The open socket. Its methods never throw. */
export interface Control {
  /** Lets nobody in any more, and removes the socket: before the owner lock is given back, as the next owner makes its own. */
  shut(): void;
  /** Tells those who have stopped the run that nothing of it is left. */
  ended(): void;
}

export interface ControlOptions {
  /** The run's folder. */
  readonly folder: string;
  /** The run's id. */
  readonly run: string;
  readonly target: Controlled;
}

const LONGEST_REQUEST = 16 * 1024;
const MOST_CLIENTS = 32;
/** So long a client may take to say what it wants. */
const PATIENCE_MS = 10_000;
const MOST_NAMED = 10;

/**
 * Opens the control socket in the run's folder, for this user only. Only who holds the run's owner lock may call it:
 * a socket that is there was left by a dead run. It does not keep the process alive, and whatever comes through it,
 * the run goes on. Undefined where there can be no sockets: then only a signal stops the run.
 */
export async function openControl({ folder, run, target }: ControlOptions): Promise<Control | undefined> {
  const path = join(folder, RUN_FILES.socket);
  const clients = new Set<Socket>();
  /** Those who have stopped the whole run: it has ended when the socket is closed. */
  const waiting = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, client => {
    clients.add(client.unref());
    client.once('close', () => {
      clients.delete(client);
      waiting.delete(client);
    });
    serve(client, { run, target, waiting });
  });
  server.maxConnections = MOST_CLIENTS;
  try {
    rmSync(path, { force: true });
    await listenAt(server, path);
  } catch {
    return undefined;
  }
  // One that cannot be let in, as for want of descriptors, is not let in.
  server.on('error', () => {});
  return {
    shut() {
      server.close();
      rmSync(path, { force: true });
    },
    ended() {
      for (const client of waiting) answer(client, { type: 'stopped' });
      for (const client of clients) if (!waiting.has(client)) client.destroy();
    },
  };
}

interface Service {
  readonly run: string;
  readonly target: Controlled;
  readonly waiting: Set<Socket>;
}

/** Takes one request from the client; more is not read, so that nobody can keep the run busy. */
function serve(client: Socket, service: Service): void {
  let text = '';
  client.setEncoding('utf8');
  client.setTimeout(PATIENCE_MS, () => client.destroy());
  client.on('error', () => client.destroy());
  const take = (line: string) => {
    client.off('data', onData).off('end', onEnd).pause().setTimeout(0);
    perform(client, line, service);
  };
  const onData = (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end !== -1) take(text.slice(0, end));
    else if (text.length > LONGEST_REQUEST) take('');
  };
  const onEnd = () => take(text);
  client.on('data', onData).on('end', onEnd);
}

function perform(client: Socket, line: string, { run, target, waiting }: Service): void {
  const request = parseRequest(line);
  if (request === undefined) {
    answer(client, { type: 'refused', message: 'a request is one line, such as {"type":"stop","step":"a/b"}' });
    return;
  }
  const { type, step = '.' } = request;
  const stopping = target[type](step);
  if (stopping.type === 'not-running') {
    answer(client, { type: 'refused', message: notRunning(step, stopping) });
    return;
  }
  say(client, { type: 'stopping', run, step });
  if (type === 'stop' && step === '.') waiting.add(client);
  else void stopping.ended.finally(() => answer(client, { type: 'stopped' }));
}

function parseRequest(line: string): ControlRequest | undefined {
  try {
    const { type, step } = JSON.parse(line);
    if ((type !== 'stop' && type !== 'restart') || (step !== undefined && typeof step !== 'string')) return undefined;
    return { type, ...(step === undefined || step === '' ? {} : { step }) };
  } catch {
    return undefined;
  }
}

function notRunning(step: string, { running: paths, waits }: Extract<StopAnswer, { type: 'not-running' }>): string {
  if (waits) return `step ${quoteText(step)} has no attempt that runs: it waits for its next tick, or for its turn`;
  if (step === '.') return 'the run has not begun, or is ending';
  const forEach = copyOf(step)?.forEach;
  const isCopy = (path: string) => copyOf(path)?.forEach === forEach;
  // Who asks for a copy is told the others first.
  const running = forEach === undefined ? paths : [...paths.filter(isCopy), ...paths.filter(path => !isCopy(path))];
  const named = running.slice(0, MOST_NAMED).join(', ');
  const more = running.length > MOST_NAMED ? ` and ${running.length - MOST_NAMED} more` : '';
  return `no step ${quoteText(step)} is running; ${running.length === 0 ? 'none is' : `running are: ${named}${more}`}`;
}

/** The last word to a client. */
function answer(client: Socket, words: ControlAnswer): void {
  say(client, words);
  // What it still says is not waited for.
  client.end(() => client.destroy());
}

function say(client: Socket, words: ControlAnswer): void {
  if (!client.destroyed) client.write(`${JSON.stringify(words)}\n`);
}

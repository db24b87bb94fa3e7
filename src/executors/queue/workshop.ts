/** The workshop of a worker: the connection, the executor and the folder that its jobs share. */
import type { Executor } from '../../engine/executor.ts';
import { StopSource } from '../../engine/stop.ts';
import type { QueuePlace } from './address.ts';
import { type Client, type Connection, connect } from './connect.ts';
import { type HeldJobs, openHeldJobs } from './held-jobs.ts';
import { makeScratch } from './scratch.ts';
import { forNow } from './trouble.ts';

/** What a worker takes, and where steps are carried out. */
export interface WorkerTerms {
  readonly label: string;
  readonly allow: readonly ('run' | 'http')[];
  /** Absolute; in the place of the plan's folder. */
  readonly workdir: string;
  /** Its own environment. */
  readonly own: Readonly<Record<string, string | undefined>>;
  /** Names of variables of that for which steps may ask. */
  readonly envAllow: readonly string[];
}

export interface WorkshopOptions extends WorkerTerms {
  readonly place: QueuePlace;
  /** Opens what carries the steps out. @param id of the worker: the mark of its processes. */
  readonly openExecutor: (id: string, scratch: string) => Promise<WorkerExecutor>;
  /** Tells whoever runs the worker. */
  say(words: string): void;
}

export interface WorkerExecutor extends Required<Executor> {
  close(): Promise<void>;
}

/** As its jobs see it. */
export interface Workshop {
  readonly id: string;
  readonly connection: Connection;
  /** For output alone: behind it no lock would be renewed in time. */
  readonly sending: Client;
  readonly executor: Required<Executor>;
  readonly terms: WorkerTerms;
  readonly key: string | undefined;
  /** A folder of the worker's own for what commands put aside. */
  readonly scratch: string;
  /** The jobs that it has. */
  readonly jobs: HeldJobs;
  /** Whether the error says that Redis takes nothing for now, of which somebody is told. */
  readonly isForNow: (error: unknown) => boolean;
}

/** As its worker sees it. */
export interface OpenWorkshop extends Workshop {
  /** Ends what steps have left, and lets go of all. */
  close(): Promise<void>;
}

/**
 * Opens it, or says in words why it cannot be: the queue, or the folder for temporary files, is of no use.
 * @param onFinal the queue cannot be used any more, in words.
 */
export async function openWorkshop(
  options: WorkshopOptions,
  { id, onFinal }: { readonly id: string; readonly onFinal: (words: string) => void },
): Promise<OpenWorkshop | { readonly fault: string }> {
  const { place, say } = options;
  const scratch = makeScratch();
  if ('fault' in scratch) return scratch;
  const connection = await connect(place, {
    onDown: words => say(`the queue is away, what runs goes on: ${words}`),
    onUp: awayMs => say(`the queue is back after ${Math.round(awayMs / 1000)} s`),
    onFinal,
  });
  if ('fault' in connection) {
    scratch.remove();
    return connection;
  }
  for (const warning of connection.warnings) say(`warning: ${warning}`);
  const executor = await options.openExecutor(id, scratch.path);
  return {
    id,
    connection,
    sending: connection.another(),
    executor,
    terms: options,
    key: place.key,
    scratch: scratch.path,
    jobs: openHeldJobs(),
    isForNow: forNow(connection, words => say(`what runs goes on: ${words}`)),
    async close() {
      await executor.sweep('.', { kill: new StopSource(), warn: say });
      await executor.close();
      connection.close();
      scratch.remove();
    },
  };
}

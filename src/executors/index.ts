/** All executors of real work behind one: those that a plan needs are imported and opened before its run starts. */
import type { Executor, Reach, ReadList } from '../engine/executor.ts';
import type { Stop } from '../engine/stop.ts';
import {
  childrenOf,
  type ForEachStep,
  isLeaf,
  type LeafStep,
  type Plan,
  type RunStep,
  type Step,
} from '../plan/plan.ts';
import type { CommandExecutorOptions } from './command/command.ts';
import type { Terminal } from './command/terminal.ts';
import type { QueueExecutorOptions } from './queue/queue.ts';

export interface Executors extends Required<Executor> {
  /** Resolves when what the first steps need is made, which goes on from the opening; before it they would start in any order. Never rejects. */
  readonly ready: Promise<void>;
  /** Frees what the executors hold between steps: sessions, channels. */
  close(): Promise<void>;
}

export interface ExecutorOptions {
  /** The run's id. */
  readonly run: string;
  /** A folder that they may make and remove. */
  readonly outputs: string;
  /** For interactive steps. */
  readonly terminal?: Terminal | undefined;
}

/** Opens the executors for one run of a plan. */
export async function openExecutors(plan: Plan, options: ExecutorOptions): Promise<Executors> {
  const leaves = leavesOf(plan.root);
  const kinds = new Set(leaves.map(({ type }) => type));
  const expected = leaves.filter(({ type }) => type === 'run').length;
  const [command, http] = await Promise.all([
    expected > 0 ? openCommands({ ...options, folder: plan.folder, graceMs: longestGrace(plan), expected }) : undefined,
    kinds.has('http') || plan.notify !== undefined ? openHttp(plan.folder) : undefined,
  ]);
  const executorOf = (step: LeafStep): Executor | undefined => {
    switch (step.type) {
      case 'run':
        return command;
      case 'http':
        return http;
      default:
        return step satisfies never;
    }
  };
  return {
    ready: command?.ready ?? Promise.resolve(),
    execute(step, context) {
      const executor = executorOf(step);
      if (executor === undefined) throw new Error(`no executor was opened for steps of type "${step.type}"`);
      return executor.execute(step, context);
    },
    suspend: () => command?.suspend(),
    proceed: () => command?.proceed(),
    sweep: async (path, context) => command?.sweep(path, context),
    async close() {
      await Promise.all([command?.close(), http?.close()]);
    },
  };
}

async function openCommands(options: CommandExecutorOptions) {
  const { openCommandExecutor } = await import('./command/command.ts');
  const executor = openCommandExecutor(options);
  return { ...executor, ready: executor.prepare() };
}

async function openHttp(folder: string) {
  const { openHttpExecutor } = await import('./http/http.ts');
  return openHttpExecutor(folder);
}

/** A queue whose workers carry steps out, and what the run says of them. */
export interface QueueUse extends Omit<QueueExecutorOptions, 'local' | 'folder' | 'run' | 'names'> {
  /** Names of variables that are set besides those that the plan shows; it may grow. */
  readonly names: Set<string>;
}

/** As {@link openExecutors}, but what may be is carried out by workers; or why the queue cannot be used, in words. */
export async function openQueuedExecutors(
  plan: Plan,
  options: ExecutorOptions,
  use: QueueUse,
): Promise<Executors | { readonly fault: string }> {
  const [{ openQueueExecutor, namesSetBy }, local] = await Promise.all([
    import('./queue/queue.ts'),
    openExecutors(plan, options),
  ]);
  for (const name of namesSetBy(plan)) use.names.add(name);
  const queue = await openQueueExecutor({ ...use, folder: plan.folder, run: options.run, local });
  if ('fault' in queue) {
    await local.close();
    return queue;
  }
  return {
    ...queue,
    ready: local.ready,
    async close() {
      await queue.close();
      await local.close();
    },
  };
}

/** What a worker carries steps out with. @param id its own: the mark of its processes. @param scratch a folder of its own. */
export async function openWorkerExecutor(
  workdir: string,
  id: string,
  scratch: string,
): Promise<Omit<Executors, 'ready'>> {
  const command = await openCommands({ folder: workdir, run: id, outputs: `${scratch}/outputs`, scratch });
  let http: Awaited<ReturnType<typeof openHttp>> | undefined;
  await command.ready;
  return {
    async execute(step, context) {
      if (step.type === 'run') return command.execute(step, context);
      http ??= await openHttp(workdir);
      return http.execute(step, context);
    },
    suspend: () => command.suspend(),
    proceed: () => command.proceed(),
    sweep: (path, context) => command.sweep(path, context),
    async close() {
      await Promise.all([command.close(), http?.close()]);
    },
  };
}

/** Reads the lists of the plan's forEach steps, whose paths start from its folder. */
export function openListReader({ folder }: Plan): ReadList {
  return async (name, list, from = folder) => {
    const { readList } = await import('./lists/lists.ts');
    return readList(name, list, from);
  };
}

/** Asks whether something listens at an address. */
export const reach: Reach = async (address, signal) => {
  const { reach: connect } = await import('./tcp.ts');
  return connect(address, signal);
};

/** Who hears of the end of a dead run, and may hasten it. */
export interface DeadRunOptions {
  /** Told how many processes there were, and what could not be ended. */
  readonly warn: (message: string) => void;
  /** Told where it takes its time. */
  readonly onWait?: ((message: string) => void) | undefined;
  /** Given when no grace is left. */
  readonly kill?: Stop | undefined;
}

/** Ends the processes that a dead run has left, in the grace of this plan: see `command/dead-run.ts`. */
export async function endDeadRun(plan: Plan, run: string, { warn, onWait, kill }: DeadRunOptions): Promise<void> {
  const { endDeadRun: end } = await import('./command/command.ts');
  const counted = (count: number) => `${count} ${count === 1 ? 'process' : 'processes'}`;
  const count = await end({
    run,
    graceMs: longestGrace(plan),
    warn,
    ...(kill === undefined ? {} : { kill }),
    onWait: (left, limitMs) =>
      onWait?.(`waiting for ${counted(left)} that ${run} has left, ${Math.ceil(limitMs / 1000)} s at most`),
  });
  if (count > 0) warn(`${counted(count)} of the broken-off run still ran and ${count === 1 ? 'was' : 'were'} ended`);
}

/** Milliseconds that the most patient of the plan's commands is granted to end. */
function longestGrace({ root }: Plan): number {
  return leavesOf(root).reduce(
    (longest, leaf) => (leaf.type === 'run' ? Math.max(longest, leaf.stop.graceMs) : longest),
    0,
  );
}

/** Every leaf step in a tree, and every command and request that belongs to a step besides. */
function leavesOf(step: Step, leaves: LeafStep[] = []): readonly LeafStep[] {
  if (step.if?.type === 'test') leaves.push(step.if.command);
  if (step.ready?.probe.type === 'http') leaves.push(step.ready.probe.request);
  if (step.ready?.probe.type === 'run') leaves.push(step.ready.probe.command);
  if (isLeaf(step)) leaves.push(step);
  if (step.type === 'forEach') {
    leaves.push(...commandsOf(step));
    leavesOf(step.each, leaves);
  }
  for (const child of childrenOf(step)) leavesOf(child, leaves);
  for (const child of step.finally?.steps ?? []) leavesOf(child, leaves);
  return leaves;
}

/** The commands that print the lists of a forEach. */
function commandsOf({ items }: ForEachStep): readonly RunStep[] {
  if (items.type === 'rows') return [];
  return items.lists.flatMap(({ list }) => {
    if (list.type === 'values' || list.type === 'glob') return [];
    return list.from.type === 'command' ? [list.from.command] : [];
  });
}

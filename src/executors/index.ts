/** All executors of real work behind one: those that a plan needs are imported and opened before its run starts. */
import type { Executor } from '../engine/executor.ts';
import { childrenOf, isLeaf, type LeafStep, type Plan, type Step } from '../plan/plan.ts';

export interface Executors extends Required<Executor> {
  /** Frees what the executors hold between steps: sessions, channels. */
  close(): Promise<void>;
}

/** Opens the executors for one run of a plan; `run` is the run's id. */
export async function openExecutors(plan: Plan, run: string): Promise<Executors> {
  const kinds = leafKinds(plan.root);
  const [command, http] = await Promise.all([
    kinds.has('run') ? openCommands(plan.folder, run) : undefined,
    kinds.has('http') ? openHttp() : undefined,
  ]);
  return {
    execute(step, context) {
      const executor = executorOf(step);
      if (executor === undefined) throw new Error(`no executor was opened for steps of type "${step.type}"`);
      return executor.execute(step, context);
    },
    sweep: async (path, context) => command?.sweep(path, context),
    async close() {
      await Promise.all([command?.close(), http?.close()]);
    },
  };

  function executorOf(step: LeafStep): Executor | undefined {
    switch (step.type) {
      case 'run':
        return command;
      case 'http':
        return http;
      default:
        return step satisfies never;
    }
  }
}

async function openCommands(folder: string, run: string) {
  const { openCommandExecutor } = await import('./command/command.ts');
  const executor = openCommandExecutor({ folder, run });
  await executor.prepare();
  return executor;
}

async function openHttp() {
  const { openHttpExecutor } = await import('./http/http.ts');
  return openHttpExecutor();
}

/** The kinds of leaf steps in a tree. */
function leafKinds(step: Step, kinds = new Set<LeafStep['type']>()): ReadonlySet<LeafStep['type']> {
  if (isLeaf(step)) kinds.add(step.type);
  for (const child of childrenOf(step)) leafKinds(child, kinds);
  for (const child of step.finally?.steps ?? []) leafKinds(child, kinds);
  return kinds;
}

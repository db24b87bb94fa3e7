/** All executors of real work behind one: each is imported and opened when its first step starts. */
import type { Executor } from '../engine/executor.ts';

export interface Executors extends Executor {
  /** Frees what the executors hold between steps: sessions, channels. */
  close(): Promise<void>;
}

/**
 * Opens the executors of one run.
 * @param options.folder where relative working directories start. @param options.run the run's id.
 */
export function openExecutors(options: { readonly folder: string; readonly run: string }): Executors {
  const command = lazily(async () => (await import('./command/command.ts')).openCommandExecutor(options));
  const http = lazily(async () => (await import('./http/http.ts')).openHttpExecutor());
  return {
    async execute(step, context) {
      switch (step.type) {
        case 'run':
          return (await command.get()).execute(step, context);
        case 'http':
          return (await http.get()).execute(step, context);
        default:
          return step satisfies never;
      }
    },
    async close() {
      for (const opened of [command.opened(), http.opened()]) await (await opened)?.close();
    },
  };
}

function lazily<T>(open: () => Promise<T>) {
  let opened: Promise<T> | undefined;
  return {
    get() {
      opened ??= open();
      return opened;
    },
    opened: () => opened,
  };
}

/** `runjobs workers`: lists the live workers of a queue. */
import { connect } from '../../executors/queue/connect.ts';
import { liveWorkers, type WorkerCard } from '../../executors/queue/heartbeat.ts';
import { EXIT } from '../exit.ts';
import { queueNamed } from '../queue-place.ts';
import type { WorkersFlags } from '../requests.ts';
import { openStreams } from '../streams.ts';

/** Prints them, one a line. Resolves to the exit code: 2 where the queue cannot be used. */
export async function workersCommand(flags: WorkersFlags): Promise<number> {
  const streams = openStreams();
  const found = await look(flags);
  if ('fault' in found) void streams.stderr.write(`runjobs: ${found.fault}\n`);
  else if (flags.json) for (const worker of found.workers) void streams.stdout.write(`${JSON.stringify(worker)}\n`);
  else if (found.workers.length === 0) void streams.stderr.write('runjobs: no worker is there\n');
  else void streams.stdout.write(table(found.workers));
  await streams.flush();
  if ('fault' in found) return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

async function look(
  flags: WorkersFlags,
): Promise<{ readonly workers: readonly WorkerCard[] } | { readonly fault: string }> {
  const named = queueNamed(flags);
  if (named.type === 'wrong') return { fault: named.words.replace(/^runjobs: |\n$/g, '') };
  if (named.type === 'none') return { fault: 'name the queue: --queue redis://…' };
  let fault: string | undefined;
  const connection = await connect(named.place, {
    onDown() {},
    onUp() {},
    onFinal(words) {
      fault = words;
    },
  });
  if ('fault' in connection) return connection;
  try {
    return { workers: await liveWorkers(connection) };
  } catch (error) {
    return { fault: fault ?? (error as Error).message };
  } finally {
    connection.close();
  }
}

function table(workers: readonly WorkerCard[]): string {
  const rows = workers.map(({ id, label, busy, slots, isLeaving }) => [
    id,
    label,
    `${busy}/${slots}`,
    isLeaving ? 'leaving' : '',
  ]);
  const all = [['worker', 'label', 'busy', ''], ...rows];
  const widths = [0, 1, 2].map(column => Math.max(...all.map(row => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return all.map(row => `${line(row).trimEnd()}\n`).join('');
}

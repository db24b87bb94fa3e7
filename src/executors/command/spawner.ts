/** Starts the commands of a run: the first ones from here, those that follow by the fork server, once that is ready. */
import { fstatSync } from 'node:fs';
import { type ForkServer, openForkServer } from './fork-server.ts';
import { type Launch, launch } from './launch.ts';
import { startFailure } from './start-failure.ts';
import type { Input } from './stdin.ts';

export interface Spawner {
  readonly launch: Launch;
  /** The id of the fork server, where there is one. */
  pid(): number | undefined;
  /** Call when nothing runs that it has started. */
  close(): Promise<void>;
}

/** With fewer commands it does not pay to have the server started. */
const enough = 3;
/** So many make up for it if most of them are left out. */
const many = 20;

/**
 * Opens it for one run.
 * @param expected how many commands are in the plan; each may be started many times, or never.
 */
export function openSpawner(run: string, expected = 0): Spawner {
  let server = expected >= many ? openForkServer(run) : undefined;
  let count = 0;
  return {
    launch(line, channel, input, kill) {
      count += 1;
      if (count === enough) server ??= openForkServer(run);
      return server?.isReady ? launchBy(server, line, channel, input, kill) : launch(line, channel, input);
    },
    pid: () => server?.pid,
    close: async () => server?.close(),
  };
}

/** As {@link launch}, by the server where that can open what the process is to read and write. */
export async function launchBy(
  server: ForkServer,
  ...[line, channel, input = 'ignore', kill]: Parameters<Launch>
): ReturnType<Launch> {
  if (channel.pipes === undefined || !opensAnew(input)) return launch(line, channel, input);
  try {
    const leader = await server.start(line, [input === 'ignore' ? undefined : input, ...channel.pipes], kill);
    if (leader === undefined) return launch(line, channel, input);
    channel.attach({ stdout: null, stderr: null });
    return leader;
  } catch (error) {
    return startFailure(error, line);
  }
}

/** Whether another process can open it and reads the same from its beginning, without waiting for anybody. */
function opensAnew(input: Input): boolean {
  return input === 'ignore' || fstatSync(input).isFile();
}

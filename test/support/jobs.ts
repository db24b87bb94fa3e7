/** Runs the plans of `jobs/` as a user does. */
import { createServer } from 'node:net';
import { runjobs, temporaryFolder } from './cli.ts';

export interface JobResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** What the steps print, `[path] text`. */
  readonly lines: readonly string[];
  /** How long the process took. */
  readonly seconds: number;
}

/** Runs a plan of `jobs/`, with its state elsewhere. */
export async function job(
  name: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<JobResult> {
  const startedAt = performance.now();
  const rest = ['--reporter', 'plain', '--state-dir', temporaryFolder(), ...args];
  const result = await runjobs([`jobs/${name}`, ...rest], { env });
  const seconds = (performance.now() - startedAt) / 1000;
  const stdout = String(result.stdout);
  return { exitCode: result.exitCode, stdout, lines: stdout.split('\n').filter(line => line.startsWith('[')), seconds };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  const address = server.address();
  await new Promise(done => server.close(done));
  return String(typeof address === 'object' && address !== null ? address.port : 0);
}

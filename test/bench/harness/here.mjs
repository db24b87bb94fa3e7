// Where things are, what contestants inherit, and what this machine is.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = fileURLToPath(new URL('..', import.meta.url));
export const ROOT = resolve(HERE, '../..');
export const BIN = join(ROOT, 'bin/runjobs.cjs');
export const contestant = name => join(HERE, 'contestants', name);

/** Ours without what npm, certificates and CI put in: each of them changes what is measured. */
export function cleanEnvironment() {
  const foreign =
    /^(NODE_EXTRA_CA_CERTS|NODE_OPTIONS|npm_.*|RUNJOBS_.*|CI|GITHUB_.*|GITLAB_.*|FORCE_COLOR|NO_COLOR|COLOR)$/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  // npm puts folders before the path in which every program would be looked for in vain.
  const path = (process.env.PATH ?? '').split(':').filter(folder => !/node_modules|node-gyp-bin/.test(folder));
  const quiet = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  return { ...Object.fromEntries(kept), PATH: path.join(':'), ...quiet };
}

export const ENV = cleanEnvironment();

/** Calls the body with a folder of its own, which is removed after it. */
export async function withScratch(body) {
  const scratch = await mkdtemp(join(tmpdir(), 'runjobs-bench-'));
  try {
    return await body(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 10 });
  }
}

export function machine() {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const of = { runjobs: version, node: process.version, processors: availableParallelism(), model, load: loadavg() };
  return {
    ...of,
    words: `runjobs ${version}, Node ${process.version}, ${of.processors} × ${model}, load ${of.load[0].toFixed(1)}`,
  };
}

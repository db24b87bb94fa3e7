// Contestants that look inside runjobs: bundled from its sources when they are needed, each run a process of its own.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { contestant, ENV } from './here.mjs';

/** Gives a function that runs the contestant with arguments and takes the JSON which it prints. */
export async function bundled(name, scratch) {
  const outfile = join(scratch, `${name}.mjs`);
  const js = "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);";
  await build({
    entryPoints: [contestant(`${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    banner: { js },
    logLevel: 'warning',
  });
  return (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [outfile, ...args.map(String)], {
      env: ENV,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${status}:\n${stderr}`);
    return JSON.parse(stdout);
  };
}

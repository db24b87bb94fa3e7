// Builds dist/: the bundle in chunks, the licences of what is in it, the JSON Schema, and the types of the library.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

if (!existsSync('node_modules/esbuild') || !existsSync('node_modules/typescript')) {
  console.error('runjobs: the packages that build it are not installed ("npm ci" installs them); nothing was built');
  process.exit(0);
}

// Built beside and swapped in, so that nobody meets half a build.
const fresh = `dist.${process.pid}`;
mkdirSync(fresh);
try {
  await bundle();
  execFileSync(process.execPath, [
    ...['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit', 'false'],
    ...['--declaration', '--emitDeclarationOnly', '--rootDir', 'src', '--outDir', join(fresh, 'types')],
  ]);
  const old = `${fresh}.old`;
  if (existsSync('dist')) renameSync('dist', old);
  renameSync(fresh, 'dist');
  rmSync(old, { recursive: true, force: true });
  writeFileSync('dist/plan.schema.json', execFileSync(process.execPath, ['bin/runjobs.mjs', 'schema']));
} catch (error) {
  console.error(String(error.stdout ?? '') + String(error.stderr ?? error));
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

async function bundle() {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    entryPoints: { main: 'src/cli/main.ts', index: 'src/index.ts' },
    outdir: fresh,
    bundle: true,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    chunkNames: 'chunks/[name]-[hash]',
    // Packages in CommonJS ask for the modules of Node with require.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(join(fresh, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)));
}

/** The licence of every package that the bundle holds a part of. */
function licences(inputs) {
  const packages = inputs.flatMap(input => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input) ?? []);
  const texts = [...new Set(packages)].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

// Builds dist/: the command line, the library, the licences of what is in them, the JSON Schema, and the library's types.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

if (!existsSync('node_modules/esbuild') || !existsSync('node_modules/typescript')) {
  console.error('runjobs: the packages that build it are not installed ("npm ci" installs them); nothing was built');
  process.exit(0);
}

/** Packages that few runs need: each a file of its own, read when it is asked for. */
const APART = ['undici', 'yaml', 'execa', 'tough-cookie', 'listr2', 'csv-parse/sync', 'croner', 'tinyglobby'];
const fileOf = name => `packages/${name.replace('/', '-')}`;
const apart = {
  name: 'apart',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => (APART.includes(path) ? { path, namespace: 'apart' } : undefined));
    onLoad({ filter: /./, namespace: 'apart' }, ({ path }) => ({
      contents: `module.exports = require('./${fileOf(path)}.cjs');`,
    }));
    onResolve({ filter: /^\.\/packages\// }, ({ path }) => ({ path, external: true }));
  },
};

/** Packages that only those install who run a plan on many machines: they are asked for where we are installed. */
const OUTSIDE = ['bullmq', 'ioredis'];
const outside = {
  name: 'outside',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:bullmq|ioredis)$/ }, ({ path, namespace }) =>
      namespace === 'outside' ? { path, external: true } : { path, namespace: 'outside' },
    );
    onLoad({ filter: /./, namespace: 'outside' }, ({ path }) => ({ contents: `module.exports = require('${path}');` }));
  },
};

/** What we take of undici. All of it is twice as long, and `fetch` has Node load an undici of its own besides. */
const OF_UNDICI = { Client: 'dispatcher/client.js', buildConnector: 'core/connect.js' };
const ofUndici = {
  name: 'of-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: 'of-undici' }));
    onLoad({ filter: /./, namespace: 'of-undici' }, () => ({
      resolveDir: process.cwd(),
      contents: Object.entries(OF_UNDICI)
        .map(([name, file]) => `export { default as ${name} } from 'undici/lib/${file}';`)
        .join('\n'),
    }));
  },
};

/**
 * Node words an assertion that fails from the source of its line, which it reads and parses: seconds, of a minified bundle,
 * in which nothing else happens. Here it has its words already.
 */
const stated = {
  name: 'stated',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?assert$/ }, ({ path, namespace }) =>
      namespace === 'stated' ? { path, external: true } : { path, namespace: 'stated' },
    );
    onLoad({ filter: /./, namespace: 'stated' }, () => ({
      contents: `
        const assert = require('node:assert');
        const ok = (holds, message = 'an assertion does not hold') => holds || assert.fail(message);
        module.exports = Object.assign(ok, assert, { ok });
      `,
    }));
  },
};

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
  warmUp();
  writeFileSync('dist/plan.schema.json', execFileSync(process.execPath, ['bin/runjobs.cjs', 'schema']));
} catch (error) {
  console.error(String(error.stdout ?? '') + String(error.stderr ?? error));
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

async function bundle() {
  const { build } = await import('esbuild');
  const common = {
    outdir: fresh,
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    target: 'node20.19',
    // They are in LICENSES.txt; what is left is ASCII.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  };
  const library = await build({
    ...common,
    entryPoints: { index: 'src/index.ts' },
    splitting: true,
    format: 'esm',
    chunkNames: 'chunks/[name]-[hash]',
    // Packages in CommonJS ask for the modules of Node with require.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    external: OUTSIDE,
    plugins: [ofUndici, stated],
  });
  // In one file, as V8 keeps of a script what it has compiled (bin/compiled.cjs), and each module costs its own look-up.
  const commandLine = {
    ...common,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': '__url' },
    // As bin/compiled.cjs calls it: putting this around it there would be one more copy of it in memory, for every fork.
    banner: {
      js: "(function(exports,require,module,__filename,__import){const __url=require('node:url').pathToFileURL(__filename).href;",
    },
    footer: { js: '})' },
  };
  const main = await build({
    ...commandLine,
    entryPoints: { main: 'src/cli/main.ts' },
    plugins: [apart, outside, stated],
  });
  giveImport(join(fresh, 'main.cjs'));
  const packages = await build({
    ...commandLine,
    entryPoints: APART.map(name => ({ in: name, out: fileOf(name) })),
    plugins: [ofUndici, stated],
  });
  const inputs = [library, main, packages].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeFileSync(join(fresh, 'LICENSES.txt'), licences(inputs));
}

/** A script has no import() of its own: bin/compiled.cjs gives it one, for the plans that are modules. */
function giveImport(file) {
  const [before, after, ...more] = readFileSync(file, 'latin1').split(/\bimport\((?=href\))/);
  if (after === undefined || more.length > 0) throw new Error('main.cjs: expected import(href) in one place');
  writeFileSync(file, `${before}__import(${after}`, 'latin1');
}

/** Runs two small plans: what V8 compiles of the command line is then there for every later run (bin/compiled.cjs). */
function warmUp() {
  const folder = mkdtempSync(join(tmpdir(), 'runjobs-build-'));
  try {
    for (const [name, plan] of Object.entries({
      'plan.json': '{"gather": ["echo one"]}',
      'plan.yaml': 'run: echo one',
    })) {
      writeFileSync(join(folder, name), plan);
      const env = { ...process.env, XDG_STATE_HOME: folder, NODE_OPTIONS: '' };
      spawnSync(process.execPath, ['bin/runjobs.cjs', join(folder, name), '--reporter', 'plain'], { env });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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

#!/usr/bin/env node
// Checks that Node can run us and that we are built, then hands over to the command line.

const NEEDED = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  fail(`needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}`);
} else {
  await start(process.argv.slice(2));
}

async function start(args) {
  // A module that imports these loads all that they only load when asked, such as streams: a tenth of the time of Node itself.
  const { existsSync, readFileSync, realpathSync, writeSync } = process.getBuiltinModule('node:fs');
  const { createRequire } = process.getBuiltinModule('node:module');
  const { fileURLToPath, pathToFileURL } = process.getBuiltinModule('node:url');
  // Node may have been told to leave links as they are.
  const here = pathToFileURL(realpathSync(fileURLToPath(import.meta.url)));
  const at = path => fileURLToPath(new URL(path, here));
  const main = at('../dist/main.cjs');
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    print(writeSync, `${JSON.parse(readFileSync(at('../package.json'), 'utf8')).version}\n`);
  } else if (!existsSync(main)) {
    fail('is not built yet: run "npm ci" in its folder first');
  } else {
    await createRequire(here)('./compiled.cjs').loadCompiled(main).main(args);
  }
}

/** Without the stream, which takes as long to make as all else. */
function print(writeSync, text) {
  try {
    writeSync(1, text);
  } catch {
    console.log(text.trimEnd());
  }
}

function fail(message) {
  console.error(`runjobs: ${message}`);
  process.exitCode = 2;
}

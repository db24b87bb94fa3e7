#!/usr/bin/env node
// Checks that Node can run us and that we are built, then hands over to the command line. Being no module saves Node its
// loader of modules: a tenth of what Node itself takes.

const NEEDED = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  fail(`needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}`);
} else {
  start(process.argv.slice(2));
}

function start(args) {
  const { existsSync, readFileSync, realpathSync, writeSync } = require('node:fs');
  const { dirname, join } = require('node:path');
  // Node may have been told to leave links as they are.
  const home = dirname(dirname(realpathSync(__filename)));
  const main = join(home, 'dist/main.cjs');
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    print(writeSync, `${JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version}\n`);
  } else if (!existsSync(main)) {
    fail('is not built yet: run "npm ci" in its folder first');
  } else {
    require(join(home, 'bin/compiled.cjs')).loadCompiled(main).main(args);
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

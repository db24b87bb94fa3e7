#!/usr/bin/env node
// Checks that Node can run us and that we are built, then hands over to the command line.
import { existsSync, readFileSync } from 'node:fs';

const NEEDED = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const main = new URL('../dist/main.js', import.meta.url);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  fail(`needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}`);
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  console.log(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
} else if (!existsSync(main)) {
  fail('is not built yet: run "npm ci" in its folder first');
} else {
  await (await import(main.href)).main(process.argv.slice(2));
}

function fail(message) {
  console.error(`runjobs: ${message}`);
  process.exitCode = 2;
}

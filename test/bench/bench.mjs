// Measures runjobs beside its peers: npm run bench -- [names] [--rounds n] [--json file] [--install].
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BIN, cleanEnvironment, HERE, machine, withScratch } from './harness/here.mjs';
import { foundPeers, install } from './harness/peers.mjs';
import { printFinding, printGoals } from './harness/print.mjs';

/** In this order; `long` ones only where they are named. */
const NAMES = 'start spawn output engine width check child journal tick view cancel growth http'.split(' ');

// What npm and certificates put into our environment makes every Node slower, and would be measured with it.
if (process.env.NODE_EXTRA_CA_CERTS !== undefined) {
  const again = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: cleanEnvironment(),
  });
  process.exit(again.status ?? 1);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    json: { type: 'string' },
    install: { type: 'boolean', default: false },
    // Of http alone.
    requests: { type: 'string' },
    connections: { type: 'string' },
    sizes: { type: 'string' },
  },
});
await main();

async function main() {
  if (values.install) {
    const status = install();
    if (status !== 0 || positionals.length === 0) return process.exit(status);
  }
  const unknown = positionals.find(name => !NAMES.includes(name));
  if (unknown !== undefined) return fail(`expected names of ${NAMES.join(', ')}, got "${unknown}"`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    return fail(`--rounds: expected a whole number from 1, got "${values.rounds}"`);
  if (!existsSync(join(dirname(BIN), '../dist/main.cjs'))) return fail('runjobs is not built: npm run build');

  const all = await Promise.all(NAMES.map(async name => ({ name, ...(await import(`./measurements/${name}.mjs`)) })));
  const chosen = all.filter(({ name, long }) => (positionals.length === 0 ? !long : positionals.includes(name)));
  const { there, missing } = foundPeers();
  console.log(`${machine().words}\npeers: ${there.join(', ')}`);
  if (missing.length > 0) console.log(`not found: ${missing.join(', ')} (--install brings those of npm)`);
  console.log(`about ${Math.ceil(chosen.reduce((sum, { minutes }) => sum + minutes, 0))} minutes\n`);

  const results = [];
  for (const { name, about, measure } of chosen) {
    console.log(`== ${name}: ${about}`);
    const startedAt = performance.now();
    const findings = await withScratch(scratch => measure({ ...values, rounds, scratch }));
    for (const finding of findings) printFinding(finding);
    results.push({ name, about, seconds: Math.round((performance.now() - startedAt) / 1000), findings });
  }
  printGoals(results);
  const file = resolve(values.json ?? join(HERE, 'results', `${new Date().toISOString().replace(/\W/g, '-')}.json`));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...machine(), peers: { there, missing }, results }, null, 2)}\n`);
  console.log(`written to ${file}`);
}

function fail(message) {
  console.error(`bench: ${message}`);
  process.exitCode = 2;
}

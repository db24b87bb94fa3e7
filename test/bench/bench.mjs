// Runs one benchmark: npm run bench -- http [options].
const [name = '', ...args] = process.argv.slice(2);
const known = ['http'];
if (!known.includes(name)) {
  console.error(`bench: expected one of ${known.join(', ')}, got "${name}"`);
  process.exit(2);
}
const { bench } = await import(`./${name}.mjs`);
await bench(args);

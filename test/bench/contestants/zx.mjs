// So many shell commands with zx: <path of zx> <count> <limit> <script>.
const [zx, count, limit, script] = process.argv.slice(2);
const { $ } = await import(zx);
$.shell = '/bin/sh';
$.prefix = 'set -e;';
let left = Number(count);
const work = async number => {
  while (left > 0) {
    left -= 1;
    const { stdout } = await $({ quiet: true })([script]);
    if (stdout !== '') process.stdout.write(`[${number}] ${stdout}`);
  }
};
await Promise.all(Array.from({ length: Number(limit) }, (_, index) => work(index)));

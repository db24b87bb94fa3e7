// So many shell commands with node:child_process alone: <file|pipes> <count> <limit> <script>.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';

const [how, count, limit, script] = process.argv.slice(2);
const file = how === 'file' ? openSync('spawned', 'w') : undefined;
const stdio = file === undefined ? ['ignore', 'pipe', 'pipe'] : ['ignore', file, file];
let left = Number(count);

const work = async number => {
  while (left > 0) {
    left -= 1;
    await new Promise((done, failed) => {
      const child = spawn('sh', ['-ec', script], { stdio });
      child.once('error', failed).once('close', done);
      child.stdout?.on('data', text => process.stdout.write(`[${number}] ${text}`));
      child.stderr?.on('data', text => process.stderr.write(`[${number}] ${text}`));
    });
  }
};
await Promise.all(Array.from({ length: Number(limit) }, (_, index) => work(index)));

// So many shell commands with execa: <count> <limit> <script>.
import { execa } from 'execa';

const [count, limit, script] = process.argv.slice(2);
let left = Number(count);
const work = async number => {
  while (left > 0) {
    left -= 1;
    const { stdout } = await execa('sh', ['-ec', script], { stdin: 'ignore' });
    if (stdout !== '') process.stdout.write(`[${number}] ${stdout}\n`);
  }
};
await Promise.all(Array.from({ length: Number(limit) }, (_, index) => work(index)));

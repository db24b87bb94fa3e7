// Many leaves that do nothing through 1, 2 and 4 workers on this machine: node test/bench/queue.mjs [leaves] [workers…]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';

const [leaves = '100000', ...counts] = process.argv.slice(2);
if (![leaves, ...counts].every(count => /^[1-9]\d*$/.test(count))) {
  console.error('usage: node test/bench/queue.mjs [leaves] [workers…]');
  process.exit(2);
}
const BIN = resolve('bin/runjobs.cjs');
const { NODE_EXTRA_CA_CERTS: _, ...around } = process.env;
const env = { ...around, RUNJOBS_QUEUE_PASSWORD: 'x' };
const PORT = 17999;
const queue = ['--queue', `redis://127.0.0.1:${PORT}`];

for (const workers of counts.length > 0 ? counts.map(Number) : [1, 2, 4]) console.log(await measure(workers));

async function measure(count) {
  const folder = mkdtempSync(join(tmpdir(), 'runjobs-bench-'));
  const children = [];
  const start = (command, args) => {
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.resume();
    children.push(child);
    return child;
  };
  try {
    const files = ['--dir', folder, '--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
    const server = start('redis-server', ['--port', PORT, '--bind', '127.0.0.1', '--requirepass', 'x', ...files]);
    await said(server.stdout, 'Ready to accept');
    const concurrency = Math.max(2, Math.floor(16 / count));
    const workers = [];
    for (let n = 0; n < count; n += 1) {
      const worker = start(process.execPath, [BIN, 'worker', ...queue, '-c', concurrency]);
      workers.push(worker);
      await said(worker.stderr, 'takes steps');
    }
    const client = new Redis({ port: PORT, password: 'x' });
    const memory = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]);
    const before = await memory();
    writeFileSync(join(folder, 'list'), Array.from({ length: Number(leaves) }, (_, n) => `${n}\n`).join(''));
    writeFileSync(
      join(folder, 'plan.json'),
      JSON.stringify({ forEach: { N: { lines: 'list' } }, limit: 64, run: ['true'] }),
    );
    const startedAt = performance.now();
    const root = start(process.execPath, [BIN, 'run', 'plan.json', '--quiet', ...queue]);
    root.stdout.resume();
    let peak = 0;
    let cpu = 0;
    const rss = [];
    const timer = setInterval(async () => {
      peak = Math.max(peak, await memory());
      try {
        cpu = cpuMsOf(root.pid);
        rss.push(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${root.pid}/status`, 'utf8'))[1]) / 1024);
      } catch {}
    }, 500);
    const [code] = await once(root, 'exit');
    clearInterval(timer);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await memory();
    const redisCpu = [...(await client.info('cpu')).matchAll(/used_cpu_(?:sys|user):([\d.]+)/g)].reduce(
      (sum, [, one]) => sum + Number(one),
      0,
    );
    const workerCpu = workers.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);
    client.disconnect();
    return JSON.stringify({
      workers: count,
      concurrency,
      leaves: Number(leaves),
      code,
      seconds: Math.round(seconds),
      perSecond: Math.round(Number(leaves) / seconds),
      cpuMsPerLeaf: {
        root: +(cpu / Number(leaves)).toFixed(2),
        redis: +((redisCpu * 1000) / Number(leaves)).toFixed(2),
        // Without the commands themselves.
        workers: +(workerCpu / Number(leaves)).toFixed(2),
      },
      rootMiB: [rss[Math.floor(rss.length / 4)], rss.at(-2)].map(Math.round),
      redisKiB: { idle: Math.round(before / 1024), peak: Math.round(peak / 1024), after: Math.round(after / 1024) },
    });
  } finally {
    for (const child of children.reverse()) child.kill('SIGKILL');
    await Promise.all(children.map(child => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function said(stream, text) {
  return new Promise(done => {
    stream.on('data', chunk => String(chunk).includes(text) && done());
  });
}

/** Milliseconds of processor time that a process has used. */
function cpuMsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(stat[11]) + Number(stat[12])) * 10;
}

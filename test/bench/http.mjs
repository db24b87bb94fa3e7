// Requests a second against one local server: runjobs, journal on, beside what else can be found on this machine.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const ENV = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };

export async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      requests: { type: 'string', default: '10000' },
      connections: { type: 'string', default: '32' },
      sizes: { type: 'string', default: '1024,65536' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'string', default: 'dist/bench-http.json' },
    },
  });
  const [requests, connections, rounds] = [values.requests, values.connections, values.rounds].map(Number);
  const server = spawn(process.execPath, [join(HERE, 'server.mjs')], { stdio: ['pipe', 'pipe', 'inherit'], env: ENV });
  const port = await new Promise(done => server.stdout.once('data', data => done(Number(data))));
  const folder = mkdtempSync(join(tmpdir(), 'runjobs-bench-'));
  const results = [];
  try {
    const peers = PEERS.filter(peer => peer.isThere());
    const missing = PEERS.filter(peer => !peers.includes(peer)).map(({ name }) => name);
    console.log(
      `${requests} requests, ${connections} connections, ${rounds} rounds, ${availableParallelism()} processors`,
    );
    console.log(
      `beside: ${peers.map(({ name }) => name).join(', ')}${missing.length ? `; not found: ${missing.join(', ')}` : ''}`,
    );
    for (const size of values.sizes.split(',').map(Number)) {
      const found = new Map(peers.map(({ name }) => [name, []]));
      // In turns, so that whatever else the machine does meets all of them.
      for (let round = 0; round < rounds; round += 1) {
        for (const peer of peers) {
          const url = `http://127.0.0.1:${port}/${size}`;
          found.get(peer.name).push(await measured(peer.start({ url, requests, connections, folder })));
        }
      }
      const rows = [...found].map(([name, runs]) => ({ name, size, ...medians(runs, requests) }));
      results.push(...rows);
      print(size, rows);
    }
    mkdirSync(dirname(resolve(values.json)), { recursive: true });
    writeFileSync(
      values.json,
      `${JSON.stringify({ requests, connections, rounds, node: process.version, results }, null, 2)}\n`,
    );
    console.log(`written to ${values.json}`);
  } finally {
    server.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const python = () => ['/usr/bin/python3', 'python3'].find(command => has(command, '-c', 'import aiohttp'));

/** Each makes so many requests, unless it says that it has made others: then with the time that they took. */
const PEERS = [
  {
    name: 'runjobs',
    isThere: () => true,
    start({ url, requests, connections, folder }) {
      const plan = join(folder, 'plan.json');
      const numbers = Array.from({ length: requests }, (_, index) => index);
      const forEach = { N: numbers };
      writeFileSync(plan, JSON.stringify({ slots: connections, forEach, limit: connections, http: `${url}?\${N}` }));
      const state = mkdtempSync(join(folder, 'state-'));
      return [process.execPath, [resolve('bin/runjobs.mjs'), plan, '--reporter', 'plain', '--state-dir', state]];
    },
  },
  {
    name: 'undici',
    isThere: () => true,
    start: given => [process.execPath, [join(HERE, 'undici.mjs'), ...said(given)]],
  },
  {
    name: 'aiohttp',
    isThere: () => python() !== undefined,
    start: given => [python(), [join(HERE, 'aiohttp_client.py'), ...said(given)]],
  },
  {
    name: 'curl',
    isThere: () => has('curl', '--version'),
    start: ({ url, requests, connections }) => [
      'curl',
      ['-s', '--parallel', '--parallel-max', String(connections), '-o', '/dev/null', `${url}?[1-${requests}]`],
    ],
  },
  {
    name: 'wrk',
    isThere: () => spawnSync('wrk', ['--version']).error === undefined,
    start: ({ url, connections }) => ['wrk', ['-t1', `-c${connections}`, '-d3s', url]],
  },
  {
    name: 'oha',
    isThere: () => has('oha', '--version'),
    start: ({ url, requests, connections }) => [
      'oha',
      ['--no-tui', '-n', String(requests), '-c', String(connections), url],
    ],
  },
];

const said = ({ url, requests, connections }) => [url, String(requests), String(connections)];

/** Time, processor time, and the most memory that the process had. */
async function measured([command, args]) {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], env: ENV });
  let out = '';
  child.stdout.on('data', data => {
    out = (out + data).slice(-100_000);
  });
  let usage = { cpuMs: 0, rssBytes: 0 };
  const timer = setInterval(() => {
    const { cpuMs = 0, rssBytes = 0 } = looked(child.pid) ?? {};
    // One that has ended has no memory left to look at.
    usage = { cpuMs: Math.max(usage.cpuMs, cpuMs), rssBytes: Math.max(usage.rssBytes, rssBytes) };
  }, 10);
  const code = await new Promise(done => child.once('close', done));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${out.slice(-2000)}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const own = /Requests\/sec:\s*([\d.]+)/.exec(out)?.[1];
  const count = /(\d+) requests in/.exec(out)?.[1];
  return { seconds, ...usage, ...(own && { rate: Number(own) }), ...(count && { count: Number(count) }) };
}

/** What the system knows of a process and its children that have ended. */
function looked(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const peak = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return { cpuMs: ticks * 10, rssBytes: Number(peak) * 1024 };
  } catch {
    return undefined;
  }
}

function medians(runs, requests) {
  const median = of => {
    const sorted = runs.map(of).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  };
  return {
    perSecond: Math.round(median(run => run.rate ?? requests / run.seconds)),
    cpuMsPerThousand: Math.round(median(run => (run.cpuMs / (run.count ?? requests)) * 1000)),
    rssMiB: Math.round(median(run => run.rssBytes) / 1024 / 1024),
  };
}

function print(size, rows) {
  const of = name => rows.find(row => row.name === name)?.perSecond;
  const ratio = (row, name) => (of(name) === undefined ? '-' : (row.perSecond / of(name)).toFixed(2));
  console.log(`\nbodies of ${size} bytes`);
  const table = [
    ['', 'requests/s', 'CPU ms per 1000', 'RSS MiB', '× undici', '× aiohttp'],
    ...rows.map(row => [
      row.name,
      String(row.perSecond),
      String(row.cpuMsPerThousand),
      String(row.rssMiB),
      ratio(row, 'undici'),
      ratio(row, 'aiohttp'),
    ]),
  ];
  const widths = table[0].map((_, column) => Math.max(...table.map(cells => cells[column].length)));
  for (const cells of table) {
    console.log(
      cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
    );
  }
}

// Requests a second against one local server: runjobs, journal on, beside what else can be found on this machine.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, table } from '../harness/finding.mjs';
import { BIN, contestant, ENV } from '../harness/here.mjs';
import { has, python } from '../harness/peers.mjs';
import { cpuOf, memoryOf } from '../harness/process.mjs';
import { inTurns, ratio } from '../harness/rounds.mjs';

export const about = '10 000 GETs over 32 connections against one local server (--requests, --connections, --sizes)';
export const minutes = 3;

/** Small bodies cost the journal the rest; from so many bytes on they do not. */
const LARGE = 65_536;

export async function measure({ rounds = 3, scratch, requests = 10_000, connections = 32, sizes = '1024,65536' }) {
  const server = spawn(process.execPath, [contestant('server.mjs')], { stdio: ['pipe', 'pipe', 'inherit'], env: ENV });
  const port = await new Promise(done => server.stdout.once('data', bytes => done(Number(bytes))));
  const peers = PEERS.filter(peer => peer.isThere());
  const findings = [];
  try {
    for (const size of sizes.split(',').map(Number)) {
      const given = {
        url: `http://127.0.0.1:${port}/${size}`,
        requests: Number(requests),
        connections: Number(connections),
      };
      const contestants = peers.map(({ name, start }) => [
        name,
        () => measured(start({ ...given, folder: scratch }), given.requests),
      ]);
      const samples = await inTurns(Object.fromEntries(contestants), { rounds, warmUp: false });
      findings.push(httpTable(size, samples));
    }
  } finally {
    server.stdin.end();
  }
  return findings;
}

function httpTable(size, samples) {
  const perSecond = sample => sample.rate;
  const share = size < LARGE ? 0.6 : 0.8;
  return table(`bodies of ${size} bytes`, samples, {
    figure: perSecond,
    unit: 'requests/s',
    reference: 'undici',
    also: { 'CPU ms per 1000': sample => sample.cpuMsPerThousand, 'RSS MiB': sample => sample.rssMiB },
    goals: [
      atLeast(`bodies of ${size}: ≥ ${share} × bare undici`, share, ratio(samples, 'runjobs', 'undici', perSecond)),
      atLeast(`bodies of ${size}: ≥ 2 × aiohttp`, 2, ratio(samples, 'runjobs', 'aiohttp', perSecond)),
    ],
  });
}

/** One plan; the bodies are in its log, and with `plain` they are printed, too. */
const runjobs = reporter => ({
  name: reporter === 'quiet' ? 'runjobs' : `runjobs, ${reporter}`,
  isThere: () => true,
  start({ url, requests, connections, folder }) {
    const plan = join(folder, 'plan.json');
    const numbers = Array.from({ length: requests }, (_, index) => index);
    const forEach = { N: numbers };
    writeFileSync(plan, JSON.stringify({ slots: connections, forEach, limit: connections, http: `${url}?\${N}` }));
    const state = mkdtempSync(join(folder, 'state-'));
    return [process.execPath, [BIN, plan, '--reporter', reporter, '--state-dir', state]];
  },
});

/** Each makes so many requests, unless it says that it has made others: then with the time that they took. */
const PEERS = [
  runjobs('quiet'),
  runjobs('plain'),
  {
    name: 'undici',
    isThere: () => true,
    start: given => [process.execPath, [contestant('undici.mjs'), ...said(given)]],
  },
  {
    name: 'aiohttp',
    isThere: () => python('aiohttp') !== undefined,
    start: given => [python('aiohttp'), [contestant('aiohttp_client.py'), ...said(given)]],
  },
  {
    name: 'curl',
    isThere: () => has('curl'),
    start: ({ url, requests, connections }) => [
      'curl',
      ['-s', '--parallel', '--parallel-max', String(connections), '-o', '/dev/null', `${url}?[1-${requests}]`],
    ],
  },
  {
    name: 'wrk',
    isThere: () => has('wrk'),
    start: ({ url, connections }) => ['wrk', ['-t1', `-c${connections}`, '-d3s', url]],
  },
  {
    name: 'oha',
    isThere: () => has('oha'),
    start: ({ url, requests, connections }) => [
      'oha',
      ['--no-tui', '-n', String(requests), '-c', String(connections), url],
    ],
  },
];

const said = ({ url, requests, connections }) => [url, String(requests), String(connections)];

/** Requests a second, processor time, and the most memory that the process had. */
async function measured([command, args], requests) {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], env: ENV });
  let out = '';
  child.stdout.on('data', bytes => {
    out = (out + bytes).slice(-100_000);
  });
  let [cpuMs, peak] = [0, 0];
  const look = setInterval(() => {
    // One that has ended has no memory left to look at.
    cpuMs = Math.max(cpuMs, cpuOf(child.pid));
    peak = Math.max(peak, memoryOf(child.pid).peak);
  }, 10);
  const code = await new Promise(done => child.once('close', done));
  clearInterval(look);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${out.slice(-2000)}`);
  const seconds = (performance.now() - startedAt) / 1000;
  // wrk runs for a time and counts for itself.
  const rate = Number(/Requests\/sec:\s*([\d.]+)/.exec(out)?.[1] ?? requests / seconds);
  const count = Number(/(\d+) requests in/.exec(out)?.[1] ?? requests);
  return { rate, cpuMsPerThousand: (cpuMs / count) * 1000, rssMiB: peak / 1024 / 1024 };
}

// Runs one process to its end and says what it took.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { ENV } from './here.mjs';

/**
 * Time, processor time (of the process and all that it has waited for), and with `peak` the most memory that it had.
 * @param to a file for what it prints; default: nowhere. Rejects when it does not exit with `code`.
 */
export async function timed([command, ...args], { cwd, to = '/dev/null', env = ENV, code = 0, peak = false } = {}) {
  const out = openSync(to, 'w');
  const before = childrenMs();
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', out, 'pipe'] });
  let errors = '';
  child.stderr.on('data', text => {
    errors = (errors + text).slice(-4000);
  });
  let rss = 0;
  const look =
    peak &&
    setInterval(() => {
      rss = Math.max(rss, memoryOf(child.pid).peak);
    }, 20);
  try {
    const [exit] = await Promise.all([
      new Promise((done, failed) => child.once('error', failed).once('exit', done)),
      new Promise(done => child.stderr.once('close', done)),
    ]);
    const ms = performance.now() - startedAt;
    if (exit !== code) throw new Error(`${command} ${args.join(' ').slice(0, 200)} ended with ${exit}:\n${errors}`);
    return { ms, cpuMs: childrenMs() - before, ...(peak ? { rssMiB: rss / 1024 / 1024 } : {}) };
  } finally {
    clearInterval(look);
    closeSync(out);
  }
}

/** Memory of a process, in bytes, now and at its highest; zero once it has ended. */
export function memoryOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const of = name => Number(new RegExp(`${name}:\\s*(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
    return { now: of('VmRSS'), peak: of('VmHWM') };
  } catch {
    return { now: 0, peak: 0 };
  }
}

/** Processor time of a process itself, in milliseconds, to the nearest 10. */
export function cpuOf(pid) {
  try {
    const [user, system] = statOf(pid).slice(11, 13);
    return (Number(user) + Number(system)) * 10;
  } catch {
    return 0;
  }
}

function childrenMs() {
  const [user, system] = statOf('self').slice(13, 15);
  return (Number(user) + Number(system)) * 10;
}

/** From the third field on: the second, the name, may hold anything. */
function statOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Ends what is left of a run when runjobs itself was killed: a small shell process that waits for our end (Linux). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:os';
import { pid } from 'node:process';
import type { Readable } from 'node:stream';
import { bareEnvironment } from './environment.ts';
import { startOf } from './processes.ts';
import { firstOf } from './wait.ts';

export interface Watchdog {
  /** Resolves with what became of the pipes: `lost` where it ended before it said so, or was asked for none. Never rejects. */
  readonly pipesMade: Promise<'made' | 'not made' | 'lost'>;
  /** Tells of a folder of ours, which goes with the run. */
  removeLater(folder: string): void;
  /** The run has ended well: sends the watchdog away, and resolves when it is gone. */
  dismiss(): Promise<void>;
}

export interface WatchdogOptions {
  /** The run's id. */
  readonly run: string;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Named pipes that it makes first, in a folder that it makes for them and that goes with the run: that spares us a fork, which is dear for a large process. */
  readonly pipes?: { readonly folder: string; readonly paths: readonly string[] };
}

/** Its name, before the run's id among its arguments. */
export const watchdogName = 'runjobs-watchdog';

/** A watchdog that does not leave in this time is killed: it has nothing to do any more. */
const patienceMs = 1000;

/**
 * It is in a session of its own, belongs to no run, ignores the signals that end a terminal's programs, and waits for a
 * line or the end of its input: the end without a farewell means that runjobs died. Then every process that names the
 * run in RUNJOBS_RUN_IDS is told to end (what a runjobs inside has started, by that one), and killed after the grace, which begins when all were told,
 * until two looks in a row find none. Nothing older than runjobs is looked at.
 * Killed while it makes the pipes, we leave nobody who reads what it says of them.
 */
export const watchdogScript = String.raw`
trap '' INT TERM HUP QUIT TSTP PIPE
cd /
run=$1 since=$2 patience=$3 folder=$4
shift 4
[ $# = 0 ] || { mkdir -m 700 "$folder" && mkfifo -m 600 "$@" && echo made ; } || echo not made
exec > /dev/null
set -- \${folder:+"$folder"}
while IFS= read -r line; do
  case $line in
    farewell) exit 0 ;;
    /*) set -- "$@" "$line" ;;
  esac
done

signal_all() {
  found=0
  for folder in /proc/[0-9]*; do
    pid=\${folder#/proc/}
    [ "$pid" -gt 1 ] && [ "$pid" -ne $$ ] || continue
    { IFS= read -r stat < "$folder/stat"; } 2> /dev/null || continue
    set -- \${stat##*) }
    [ "$1" != Z ] && [ "\${20}" -ge "$since" ] || continue
    ids=$({ tr '\n\0' ' \n' < "$folder/environ" | sed -n 's/^RUNJOBS_RUN_IDS=//p'; } 2> /dev/null)
    case " $ids " in
      *" $run ") found=1 ; kill -s $signal "$pid" ; [ $signal != TERM ] || kill -s CONT "$pid" ;;
      *" $run "*) found=1 ; [ $signal = TERM ] || kill -s $signal "$pid" ;;
    esac 2> /dev/null
  done
}

now() {
  read -r up rest < /proc/uptime
  now=$((\${up%.*} * 100 + 1\${up#*.} - 100))
}

misses=0 signal=TERM
while [ $misses -lt 2 ]; do
  signal_all
  if [ $found = 1 ]; then misses=0; else misses=$((misses + 1)); fi
  now
  [ $signal != TERM ] || deadline=$((now + patience))
  [ $now -lt $((deadline + 1000)) ] || break
  sleep 0.05 || sleep 1
  now
  if [ $now -lt $deadline ]; then signal=0; else signal=KILL; fi
done
rm -rf -- "$@"
`.replaceAll('\\$', '$');

/** Starts the watchdog of a run; undefined where it would be of no use. Without it a run is what it was before. */
export function openWatchdog({ run, graceMs, pipes }: WatchdogOptions): Watchdog | undefined {
  const since = platform() === 'linux' ? startOf(pid) : undefined;
  if (since === undefined) return undefined;
  const { folder = '', paths = [] } = pipes ?? {};
  const args = [run, String(since), String(Math.ceil(graceMs / 10)), folder, ...paths];
  const child = spawn('/bin/sh', ['-c', watchdogScript, watchdogName, ...args], {
    cwd: '/',
    env: bareEnvironment(),
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // It must not keep us alive, and its loss, or that it could not be started, must not end the run.
  const ended = once(child, 'close').catch(() => {});
  child.stdin?.on('error', () => {});
  child.unref();
  return {
    pipesMade: saysMade(child.stdout),
    removeLater(folder) {
      if (!folder.includes('\n')) child.stdin?.write(`${folder}\n`);
    },
    async dismiss() {
      child.ref();
      child.stdin?.end('farewell\n');
      if ((await firstOf(ended, { limitMs: patienceMs })) === 'settled') return;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What it says of them before it closes its output. */
async function saysMade(output: Readable | null): Watchdog['pipesMade'] {
  let said = '';
  output?.setEncoding('latin1').on('data', (words: string) => {
    said += words;
  });
  if (output !== null) await once(output, 'close').catch(() => {});
  return said === 'made\n' ? 'made' : said === 'not made\n' ? 'not made' : 'lost';
}

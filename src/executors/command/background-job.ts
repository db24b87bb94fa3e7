/** Whether a shell has put us into the background: then it, or another job of it, has the terminal. */
import { fstatSync } from 'node:fs';
import { argumentsOf, familyOf, ownJob } from './processes.ts';

/** `/dev/tty`, which is the terminal of whoever opens it. */
const DEV_TTY = 0x500;

/**
 * Another group of processes has the terminal that is open there, and nobody who waits for us is in it: `timeout` in a script
 * makes a group of its own, too. A shell that leads the session waits for us where it runs a script, else for its user. False
 * where there is no /proc.
 */
export function isBackgroundJob(descriptor: number): boolean {
  const job = ownJob();
  if (job === undefined || job.foreground <= 1 || job.foreground === job.group) return false;
  if (![job.terminal, DEV_TTY].includes(deviceOf(descriptor))) return false;
  if (job.foreground === job.session) return hasOptionsOnly(job.session);
  for (let pid = job.parent; pid > 1; ) {
    const above = familyOf(pid);
    if (above === undefined) break;
    if (above.group === job.foreground) return false;
    pid = above.parent;
  }
  return true;
}

/** Whether it was started without a script to run. */
function hasOptionsOnly(pid: number): boolean {
  const words = argumentsOf(pid)?.split('\0').slice(1, -1);
  return words?.every(word => /^[-+]/.test(word) && !/^-\w*c/.test(word)) === true;
}

function deviceOf(descriptor: number): number {
  try {
    return fstatSync(descriptor).rdev;
  } catch {
    return 0;
  }
}

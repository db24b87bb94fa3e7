/** Several hosts on one machine: network namespaces with addresses of their own, on one switch whose links can be cut (Linux, root). */
import { execFileSync } from 'node:child_process';
import type { Ending } from './redis.ts';

export interface Host {
  readonly address: string;
  /** What stands before a command that runs there. */
  readonly enter: readonly string[];
  /** Takes the link of the host down, or up again. */
  cut(): void;
  heal(): void;
}

/** Why there can be none here, in the words of whoever refused; undefined: there can. */
export function noHosts(): string | undefined {
  const name = `rjp${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'add', 'br0', 'type', 'bridge');
    return undefined;
  } catch (error) {
    return String((error as { stderr?: string }).stderr || (error as Error).message).trim();
  } finally {
    tryIp('netns', 'del', name);
  }
}

/** Makes so many hosts; they are gone at the end of the test. */
export function makeHosts(ending: Ending, count: number): Host[] {
  const prefix = `rj${process.pid}`;
  const hub = `${prefix}h`;
  const names = [hub];
  // What ends later was started earlier: their processes are gone by then.
  ending.onTestFinished(() => {
    for (const name of names) tryIp('netns', 'del', name);
  });
  ip('netns', 'add', hub);
  ip('-n', hub, 'link', 'add', 'br0', 'type', 'bridge');
  ip('-n', hub, 'link', 'set', 'br0', 'up');
  return Array.from({ length: count }, (_, index) => {
    const name = `${prefix}n${index}`;
    names.push(name);
    const port = `p${index}`;
    const address = `10.231.77.${index + 1}`;
    ip('netns', 'add', name);
    ip('-n', hub, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('-n', hub, 'link', 'set', port, 'master', 'br0', 'up');
    ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', name, 'link', 'set', 'eth0', 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return {
      address,
      enter: ['ip', 'netns', 'exec', name],
      cut: () => ip('-n', hub, 'link', 'set', port, 'down'),
      heal: () => ip('-n', hub, 'link', 'set', port, 'up'),
    };
  });
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe', encoding: 'utf8' });
}

function tryIp(...args: string[]): void {
  try {
    ip(...args);
  } catch {
    // It was never made.
  }
}

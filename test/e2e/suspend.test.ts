/** Ctrl-Z stops a run with all that it has started, and `fg` lets all of it go on. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, planFile, printed, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';

let counter = 0;

/** Of a process, as ps(1) shows it: `T` is stopped. */
function stateOf(pid: string): string {
  return /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
}

/** A plan whose step, and a child of it in a session of its own, wait until the file `go` exists. */
function stage() {
  const marker = `runjobs-suspend-${process.pid}-${++counter}`;
  const folder = temporaryFolder();
  const go = join(folder, 'go');
  const wait = `until [ -e ${go} ]; do sleep 0.05; done`;
  const plan = planFile({
    env: { MARKER: marker },
    stop: { grace: '1m' },
    // The child says that all is there: before, it may be in the midst of becoming another program, and is seen by nobody.
    run: `setsid sh -c 'echo ready; ${wait}; echo child went on' & ${wait}; wait; echo done`,
    finally: ['echo tidied'],
  });
  const shells = () => processesWith(`MARKER=${marker}`).filter(pid => isShell(pid));
  return {
    go,
    command: `${process.execPath} ${BIN} ${plan} --state-dir ${temporaryFolder()}`,
    plan,
    shells,
    // One that was just starting a program waits for its stopped child, and shows `D` (vfork).
    areStopped: () => shells().length >= 2 && shells().every(pid => /^[TD]$/.test(stateOf(pid))),
    left: () => processesWith(`MARKER=${marker}`),
  };
}

function isShell(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sh\0');
  } catch {
    return false;
  }
}

describe.skipIf(noTerminal !== undefined)('Ctrl-Z in a terminal', () => {
  it('stops the run and its steps, gives the terminal back, and fg lets them go on to their end', async () => {
    const { go, command, areStopped, left } = stage();
    const screen = openTerminal('bash --norc --noprofile -i', 100, 40);
    screen.type(`${command}; echo "code $?"\n`);
    await screen.shows('› ready');
    screen.type('\u001a');
    await screen.shows('Stopped');
    await screen.shows('code 148');
    await until(areStopped);
    expect(screen.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.raw().lastIndexOf('\u001b[?25l'));
    writeFileSync(go, '');
    screen.type('fg; echo "then $?"\n');
    await screen.shows('plan succeeded in');
    await screen.shows('then 0');
    screen.type('exit\n');
    await screen.ended;
    expect(left()).toEqual([]);
  });

  it('leaves a run that "kill %1" ends in order', async () => {
    const { command, areStopped, left } = stage();
    const screen = openTerminal('bash --norc --noprofile -i', 100, 40);
    screen.type(`${command}; echo "code $?"\n`);
    await screen.shows('› ready');
    screen.type('\u001a');
    await screen.shows('code 148');
    await until(areStopped);
    screen.type('kill %1\n');
    await screen.shows('plan cancelled');
    expect((await screen.lines()).join('\n')).toContain('tidied');
    screen.type('exit\n');
    await screen.ended;
    expect(left()).toEqual([]);
  });
});

/** Forks a child that leads a group of its own, as shells do, without which no process is stopped by SIGTSTP. */
const asJob = `
  $| = 1;
  if ($pid = fork) { print "pid $pid.\\n"; waitpid($pid, 0); print "code ", $? & 127 ? 128 + ($? & 127) : $? >> 8; exit }
  setpgrp(0, 0);
  exec @ARGV;
`;

describe.skipIf(spawnSync('perl', ['-v']).status !== 0)('SIGTSTP without a terminal (needs perl)', () => {
  /** Starts the command as a job of a process that could continue it; resolves when its steps run. */
  async function job(command: string) {
    const parent = execa('perl', ['-e', asJob, ...command.split(' ')], { env: ENV, extendEnv: false, reject: false });
    let seen = '';
    parent.stdout.on('data', chunk => {
      seen += chunk;
    });
    await printed(parent, '] ready');
    const pid = /pid (\d+)\./.exec(seen)?.[1] ?? '';
    return { parent, pid, send: (signal: NodeJS.Signals) => process.kill(Number(pid), signal) };
  }

  it('stops the run and its steps, SIGCONT lets them go on', async () => {
    const { go, command, areStopped, left } = stage();
    const { parent, pid, send } = await job(command);
    send('SIGTSTP');
    await until(() => stateOf(pid) === 'T');
    await until(areStopped);
    writeFileSync(go, '');
    send('SIGCONT');
    expect((await parent).stdout).toMatch(/child went on\n(.*\n)*.*\] done\n(.*\n)*code 0$/);
    expect(left()).toEqual([]);
  });

  it('keeps the signals that come meanwhile until SIGCONT', async () => {
    const { command, left } = stage();
    const { parent, pid, send } = await job(command);
    send('SIGTSTP');
    await until(() => stateOf(pid) === 'T');
    send('SIGTERM');
    send('SIGCONT');
    const { stdout } = await parent;
    expect(stdout).toContain('tidied');
    expect(stdout).toMatch(/code 143$/);
    expect(left()).toEqual([]);
  });

  it('holds up nothing where no shell could continue the run', async () => {
    const { go, plan, left } = stage();
    const child = runjobs([plan, '--state-dir', temporaryFolder()], { detached: true });
    await printed(child, '] ready');
    child.kill('SIGTSTP');
    writeFileSync(go, '');
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(0);
    expect(String(stdout)).toContain('child went on');
    expect(left()).toEqual([]);
  });
});

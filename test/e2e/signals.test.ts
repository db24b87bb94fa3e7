import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFile, printed, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
let counter = 0;

/** Starts a plan whose processes carry a marker; waits until it has printed `ready`. */
async function started(plan: object, ready = '] ready') {
  const marker = `runjobs-e2e-${process.pid}-${++counter}`;
  const child = runjobs([planFile({ env: { MARKER: marker }, ...plan }), '--state-dir', temporaryFolder()]);
  await printed(child, ready);
  return {
    child,
    /** The exit code as a shell sees it, and what is left behind. */
    async end() {
      const result = await child;
      const { exitCode, signal } = result;
      const code = exitCode ?? (signal === undefined ? undefined : CODES[signal as keyof typeof CODES]);
      return {
        code,
        stdout: String(result.stdout),
        stderr: String(result.stderr),
        left: processesWith(`MARKER=${marker}`),
      };
    },
  };
}

describe('a signal', () => {
  it.each(Object.entries(CODES))('%s cancels everything, runs finally, and exits with %i', async (signal, code) => {
    const { child, end } = await started({
      gather: ['echo ready; sleep 100', 'sleep 100', { every: '10s', run: 'true' }],
      finally: ['echo "tidied after $RUNJOBS_OUTCOME"'],
    });
    child.kill(signal as keyof typeof CODES);
    const ended = await end();
    expect(ended).toMatchObject({ code, left: [], stderr: '' });
    expect(ended.stdout).toContain('tidied after cancelled');
  });

  it('wins over what the children return', async () => {
    const { child, end } = await started({ run: 'trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done' });
    child.kill('SIGINT');
    expect(await end()).toMatchObject({ code: 130, left: [] });
  });

  it('gives the children their grace, then SIGKILL', async () => {
    const { child, end } = await started({
      stop: { grace: '300ms' },
      run: 'trap "" TERM; echo ready; while :; do sleep 0.1; done',
    });
    const signalled = performance.now();
    child.kill('SIGTERM');
    expect(await end()).toMatchObject({ code: 143, left: [] });
    expect(performance.now() - signalled).toBeGreaterThan(290);
  });

  it('names whoever has not ended a second later, and what a second one does', async () => {
    const { child, end } = await started({
      stop: { grace: '1m' },
      run: 'trap "" TERM; echo ready; while :; do sleep 0.1; done',
    });
    child.kill('SIGINT');
    await printed(child, '; Ctrl-C again kills\n');
    child.kill('SIGINT');
    const { stdout, code, left } = await end();
    expect([code, left]).toEqual([130, []]);
    expect(stdout).toMatch(/◼ plan: waiting for "trap .* done" \(pid \d+\), 59 s left; Ctrl-C again kills\n/);
  });

  it('that comes a second time kills at once, and cuts finally', async () => {
    const { child, end } = await started({
      stop: { grace: '1m' },
      run: 'trap "" TERM; echo ready; while :; do sleep 0.1; done',
      finally: ['echo too late'],
    });
    child.kill('SIGINT');
    await printed(child, 'stopping everything');
    child.kill('SIGINT');
    const ended = await end();
    expect(ended).toMatchObject({ code: 130, left: [] });
    expect(ended.stdout).not.toContain('too late');
  });

  it('lets nothing new start', async () => {
    const { child, end } = await started({
      steps: [{ run: 'trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done' }, 'echo never'],
    });
    child.kill('SIGTERM');
    const { stdout, code } = await end();
    expect(code).toBe(143);
    expect(stdout).not.toMatch(/\] never/);
  });

  it('stops the shell that called us too', async () => {
    const { execa } = await import('execa');
    const { BIN, ENV } = await import('../support/cli.ts');
    const plan = planFile({ run: 'echo ready; sleep 100' });
    const shell = execa('bash', ['-c', `${process.execPath} ${BIN} ${plan} && echo next; echo "code $?"`], {
      env: ENV,
      extendEnv: false,
      reject: false,
      detached: true,
    });
    await printed(shell, '] ready');
    process.kill(-(shell.pid ?? 0), 'SIGINT');
    expect(String((await shell).stdout)).not.toContain('next');
  });
});

describe('a reader that has stopped reading', () => {
  /** Starts a plan whose output nobody takes. */
  function unread(plan: object) {
    const child = runjobs([planFile(plan), '--state-dir', temporaryFolder()], { buffer: false });
    child.stdout?.pause();
    return child;
  }

  it('holds up neither a timeout nor the first signal', async () => {
    const marker = `runjobs-e2e-unread-${process.pid}`;
    const next = join(temporaryFolder(), 'next');
    const child = unread({
      env: { MARKER: marker },
      steps: [
        { run: 'yes 0123456789', timeout: '500ms', stop: { grace: '200ms' }, allowFailure: true },
        `touch ${next}; sleep 100`,
      ],
    });
    await until(() => existsSync(next));
    child.kill('SIGINT');
    const { exitCode } = await child;
    expect(exitCode ?? 130).toBe(130);
    expect(processesWith(`MARKER=${marker}`)).toEqual([]);
  });

  it('can be left by a signal after the run has ended', async () => {
    const folder = temporaryFolder();
    const child = unread({
      steps: ['head -c 300000 /dev/zero | tr "\\0" x; echo', ['touch', `${folder}/done`]].map(run => ({ run })),
    });
    await until(() => existsSync(`${folder}/done`));
    child.kill('SIGTERM');
    const { exitCode } = await child;
    expect(exitCode ?? 143).toBe(143);
  });
});

describe('before a run has begun, a signal ends runjobs as it ends any program', () => {
  it('while it reads standard input', async () => {
    const child = runjobs(['-'], { stdin: 'pipe' });
    await until(() => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').includes('runjobs'));
    await new Promise(done => setTimeout(done, 300));
    child.kill('SIGINT');
    expect(await child).toMatchObject({ signal: 'SIGINT' });
  });

  it('while a module of the plan is loading', async () => {
    const plan = planFile(
      "console.error('loading'); await new Promise(done => setTimeout(done, 60_000)); export default {};",
      'slow.mjs',
    );
    const child = runjobs([plan]);
    await printed(child, 'loading');
    child.kill('SIGTERM');
    expect(await child).toMatchObject({ signal: 'SIGTERM' });
  });
});

it('an error in runjobs itself ends everything, is told in words, and exits with 3', async () => {
  const marker = `runjobs-e2e-bug-${process.pid}`;
  const plan = planFile(
    `setTimeout(() => { throw new Error('boom') }, 300);
     export default { env: { MARKER: '${marker}' }, gather: ['sleep 100', 'sleep 100'], finally: ['echo no'] };`,
    'plan.mjs',
  );
  const result = await runjobs([plan, '--state-dir', temporaryFolder()]);
  expect(result.exitCode).toBe(3);
  expect(String(result.stderr)).toMatch(/^runjobs: this is a bug in runjobs, please report it: boom\n/);
  expect(String(result.stderr)).not.toMatch(/\n\s+at /);
  expect(processesWith(`MARKER=${marker}`)).toEqual([]);
});

it('an error that nobody catches while the plan is loading is told in words, too, and exits with 3', async () => {
  const plan = planFile(
    `setTimeout(() => { throw new Error('boom') }, 0);
     await new Promise(done => setTimeout(done, 60_000));
     export default { run: 'true' };`,
    'plan.mjs',
  );
  const result = await runjobs([plan, '--state-dir', temporaryFolder()]);
  expect(result.exitCode).toBe(3);
  expect(String(result.stderr)).toMatch(/^runjobs: this is a bug in runjobs, please report it: boom\n/);
  expect(String(result.stderr)).not.toMatch(/\n\s+at /);
});

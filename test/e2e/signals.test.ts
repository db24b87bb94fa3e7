import { describe, expect, it } from 'vitest';
import { planFile, printed, processesWith, runjobs, temporaryFolder } from '../support/cli.ts';

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

/** What commands read, in whole runs: each copy, attempt and tick its own, and a secret in it shown and kept nowhere. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, planFile, printed, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { stage } from '../support/crashes.ts';
import { job } from '../support/jobs.ts';

/** The lines that steps print. */
const said = (stdout: unknown) =>
  String(stdout)
    .split('\n')
    .filter(line => line.startsWith('['));

/** Every file below a folder, as text. */
function textsBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
    .map(path => readFileSync(path, 'latin1'))
    .join('\n');
}

describe('stdin', () => {
  it('of jobs/stdin.yaml is a text, a script and a file', async () => {
    const { exitCode, lines } = await job('stdin.yaml');
    expect(exitCode).toBe(0);
    expect(lines).toEqual([
      '[text] HELLO, WORLD',
      '[script] two words for a script that came from its input',
      '[file] name,language',
    ]);
  });

  it('is each copy’s, attempt’s and tick’s own, from its beginning, and that of steps in a finally', async () => {
    const plan = planFile({
      steps: [
        { id: 'copies', forEach: { N: ['a', 'b', 'c'] }, limit: 1, run: 'cat', stdin: { text: `copy \${N}\n` } },
        {
          id: 'attempts',
          run: 'cat; [ "$RUNJOBS_ATTEMPT" = 2 ]',
          stdin: { text: `attempt \${RUNJOBS_ATTEMPT}\n` },
          retry: { times: 1, delay: 0 },
        },
        { id: 'ticks', run: 'head -c 4; echo', stdin: { file: `\${FILE}` }, every: { interval: '10ms', times: 2 } },
      ],
      finally: [{ id: 'last', run: 'cat', stdin: { text: `it has \${RUNJOBS_OUTCOME}\n` } }],
    });
    writeFileSync(join(dirname(plan), 'data'), 'datadata');
    const { stdout, exitCode } = await runjobs([plan, '--state-dir', temporaryFolder()], { env: { FILE: 'data' } });
    expect(said(stdout)).toEqual([
      ...['a', 'b', 'c'].map((copy, index) => `[copies[${index + 1}]] copy ${copy}`),
      '[attempts] attempt 1',
      '[attempts] attempt 2',
      '[ticks] data',
      '[ticks] data',
      '[finally/last] it has succeeded',
    ]);
    expect(exitCode).toBe(0);
  });

  it('of a step of another file is a file beside that one', async () => {
    const plan = planFile({ use: 'below/other.yaml' });
    const folder = join(dirname(plan), 'below');
    mkdirSync(folder);
    writeFileSync(join(folder, 'other.yaml'), 'run: cat\nstdin: { file: data }\n');
    writeFileSync(join(folder, 'data'), 'beside it\n');
    const { stdout } = await runjobs([plan, '--state-dir', temporaryFolder()]);
    expect(said(stdout)).toEqual(['[plan] beside it']);
  });

  it('of a missing file fails the step, and its group, in words', async () => {
    const { stdout, exitCode } = await runjobs([
      planFile({ run: 'echo started', stdin: { file: 'nowhere' } }),
      '--state-dir',
      temporaryFolder(),
    ]);
    expect(exitCode).toBe(1);
    expect(String(stdout)).toContain('stdin: "nowhere": no such file');
    expect(said(stdout)).toEqual([]);
  });

  it('may be that of runjobs itself, a pipe or a file', async () => {
    const plan = planFile({ run: 'cat', stdin: { file: '/dev/stdin' } });
    const file = join(temporaryFolder(), 'data');
    writeFileSync(file, 'from a file\n');
    const command = `"${process.execPath}" "${BIN}" ${plan} --state-dir ${temporaryFolder()}`;
    const inShell = async (line: string) =>
      said((await execa('sh', ['-c', line], { env: ENV, extendEnv: false })).stdout);
    expect(await inShell(`echo piped | ${command}`)).toEqual(['[plan] piped']);
    expect(await inShell(`${command} < ${file}`)).toEqual(['[plan] from a file']);
  });

  it('with a secret in it reaches the command, and is shown and kept nowhere', async () => {
    const state = temporaryFolder();
    const plan = planFile({
      secrets: ['TOKEN'],
      steps: [
        { id: 'count', run: 'wc -c', stdin: { text: `\${TOKEN}` } },
        { id: 'tell', run: 'cat', stdin: { text: `\${TOKEN}\n` } },
        { id: 'lost', run: 'cat', stdin: { file: `no/\${TOKEN}` }, allowFailure: true },
      ],
    });
    const { stdout, exitCode } = await runjobs([plan, '--state-dir', state], { env: { TOKEN: 'quite-secret' } });
    expect(exitCode).toBe(0);
    expect(said(stdout)).toEqual(['[count] 12', '[tell] ***']);
    expect(String(stdout)).toContain('stdin: "no/***": no such file');
    expect(textsBelow(state)).not.toContain('quite-secret');
    expect(textsBelow(state)).toContain(`"text":"\${TOKEN}"`);
  });

  it('is read again from its beginning when a run is resumed', async () => {
    const at = stage({
      steps: [
        {
          id: 'a',
          run: 'read -r line; echo "$line" >> "$DONE"; [ -e "$GO" ] || { echo ready; sleep 60; }; cat >> "$DONE"',
          stdin: { text: 'one\ntwo\n' },
        },
      ],
    });
    const first = at.start();
    await printed(first, '] ready');
    first.kill('SIGKILL');
    await first;
    await until(() => at.left().length === 0);
    at.go();
    expect((await at.resume()).exitCode).toBe(0);
    expect(at.done()).toEqual(['one', 'one', 'two']);
  });
});

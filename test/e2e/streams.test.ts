import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, ENV, planFile, temporaryFolder } from '../support/cli.ts';

/** Runs runjobs in bash with these redirections; what it says comes back, and its own exit code, whatever the pipeline's is. */
async function run(args: string, redirections: string) {
  const script = `exec 3>&1; { ${process.execPath} ${BIN} ${args} ${redirections}; echo \${PIPESTATUS[0]} >&3; }`;
  const { stdout, stderr } = await execa('bash', ['-c', script], { env: ENV, extendEnv: false, stdin: 'ignore' });
  return { code: Number(stdout.trimEnd().split('\n').at(-1)), stdout, stderr };
}

const REDIRECTIONS = [
  '>/dev/null 2>&-',
  '>&-',
  '>&- 2>&-',
  '<&- >&- 2>&-',
  '>/dev/full',
  '>/dev/full 2>&1',
  '| head -1',
  '2>&1 | head -1',
  '--reporter ndjson >&-',
  '--reporter ndjson 2>&-  >/dev/full',
  '--reporter ndjson 2>/dev/full | head -1',
  '--reporter live 2>&1 >&- | head -1',
  '--reporter plain --reporter ndjson:/dev/full >&-',
];

describe.each(REDIRECTIONS)('an output that cannot be written (%s)', redirections => {
  it.each([
    ['exit 0', 0],
    ['exit 3', 1],
  ])('costs neither a step nor the exit status: %s', async (last, code) => {
    const state = temporaryFolder();
    const done = join(state, 'done');
    const plan = planFile({ steps: ['seq 1 20000', `echo > ${done}`, last] });
    const result = await run(`${plan} --state-dir ${state}`, redirections);
    expect(result.code, result.stderr).toBe(code);
    expect(existsSync(done)).toBe(true);
    expect(result.stdout + result.stderr).not.toMatch(/^ {4}at |node:/m);
  });
});

it.each([
  ['a plan that is wrong', `${inline('{"run": 3}')} 2>&-`, 2],
  ['a plan that is wrong', `check ${inline('{"run": 3}')} 2>/dev/full`, 2],
  ['no plan, as standard input is closed', '- <&-', 2],
  ['an unknown option', 'plan.json --slotz >&- 2>&-', 2],
  ['a run that is not there', 'resume nowhere >&- 2>&-', 2],
])('%s is told by the exit status, whatever can be written: runjobs %s', async (_, args, code) => {
  const result = await run(args, '');
  expect(result.code).toBe(code);
  expect(result.stdout + result.stderr).not.toMatch(/^ {4}at |node:/m);
});

function inline(text: string): string {
  return `<(echo '${text}')`;
}

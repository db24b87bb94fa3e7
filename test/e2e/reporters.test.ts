/** Reporters as a CI, cron and a person use them: several at once, in files, by themselves, and when the run is ended. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, planFile, printed, runjobs, temporaryFolder } from '../support/cli.ts';
import { junitFaults, noXmllint } from '../support/xmllint.ts';

const FAILS = `steps:
  - { id: prepare, run: echo compiling }
  - id: checks
    gather:
      - id: unit
        run: echo '1 of 2 failed'; echo '::error::forged'; exit 137
      - { id: lint, run: sleep 60 }
  - { id: publish, run: echo never }
`;

/** A folder with this plan, as a repository of a CI. */
function repository(plan = FAILS) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'ci'));
  writeFileSync(join(folder, 'ci', 'plan.yaml'), plan);
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    runjobs(['ci/plan.yaml', ...args], { cwd: folder, env });
  return { folder, run };
}

describe('several reporters', () => {
  it('each write to a stream or a file of their own', async () => {
    const { folder, run } = repository();
    const { exitCode, stdout, stderr } = await run(
      ['junit:report.xml', 'plain:run.txt', 'group', 'ndjson'].flatMap(spec => ['--reporter', spec]),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('❯ checks/unit\n  │ 1 of 2 failed\n');
    const events = String(stdout).trimEnd().split('\n');
    expect(JSON.parse(events.at(-1) ?? '').type).toBe('run.finished');
    expect(readFileSync(join(folder, 'run.txt'), 'utf8')).toContain('[checks/unit] 1 of 2 failed\n');
    const report = readFileSync(join(folder, 'report.xml'), 'utf8');
    expect(report).toContain('<testsuites name="plan" tests="4" failures="1" errors="0" skipped="2"');
    expect(report).toContain('<testcase name="unit" classname="plan/checks"');
    expect(report).toContain('file="ci/plan.yaml" line="5"');
    expect(readdirSync(folder).sort()).toEqual(['ci', 'report.xml', 'run.txt']);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'leave complete files when the run is ended by %s',
    async signal => {
      const folder = temporaryFolder();
      const report = join(folder, 'report.xml');
      const events = join(folder, 'events.ndjson');
      writeFileSync(report, 'the last one');
      const plan = planFile({ steps: ['true', 'echo ready; sleep 60', 'true'] });
      const child = runjobs([plan, '-r', 'plain', '-r', `junit:${report}`, '-r', `ndjson:${events}`]);
      await printed(child, '[2] ready');
      expect(readFileSync(report, 'utf8')).toBe('the last one');
      expect(existsSync(events)).toBe(false);
      child.kill(signal);
      await child;
      expect(readFileSync(report, 'utf8')).toMatch(
        /tests="3" failures="0" errors="0" skipped="2"[\s\S]*<\/testsuites>\n$/,
      );
      const last = readFileSync(events, 'utf8').trimEnd().split('\n').at(-1);
      expect(JSON.parse(last ?? '').type).toBe('run.finished');
      expect(readdirSync(folder).sort()).toEqual(['events.ndjson', 'report.xml']);
    },
  );

  it.skipIf(noXmllint)(
    `write JUnit XML that holds against the schema${noXmllint ? ` (${noXmllint})` : ''}`,
    async () => {
      const { stdout } = await runjobs(['jobs/tour.json', '--state-dir', temporaryFolder(), '-r', 'junit']);
      expect(junitFaults(String(stdout))).toBe('');
      expect(stdout).toContain('<flakyFailure ');
    },
  );

  it('are refused where two of them, or one and the plan, are the same file, and where nobody reads a pipe', async () => {
    const folder = temporaryFolder();
    const plan = join(folder, 'plan.yaml');
    writeFileSync(plan, 'run: echo started\n');
    writeFileSync(join(folder, 'x.txt'), '');
    symlinkSync('x.txt', join(folder, 'link.txt'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const told = async (...reporters: string[]) => {
      const args = reporters.flatMap(reporter => ['--reporter', reporter]);
      const { exitCode, stderr, stdout } = await runjobs(['plan.yaml', ...args], { cwd: folder });
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      return String(stderr);
    };
    expect(await told('plain:x.txt', 'junit:link.txt')).toContain('two reporters cannot share the file "link.txt"');
    expect(await told('plain:./plan.yaml')).toContain('"./plan.yaml" is the plan itself');
    expect(await told('plain:pipe')).toContain('ENXIO');
    expect(readFileSync(plan, 'utf8')).toBe('run: echo started\n');
  });

  it('have the folders of their files made', async () => {
    const folder = temporaryFolder();
    const args = ['-r', 'junit:reports/unit/report.xml', '-r', 'plain:reports/run.txt', '--state-dir', 'state'];
    const { exitCode, stderr } = await runjobs([planFile({ run: 'echo hello' }), ...args], { cwd: folder });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'reports/unit/report.xml'), 'utf8')).toContain('<testsuites');
    expect(readFileSync(join(folder, 'reports/run.txt'), 'utf8')).toContain('hello');
    expect(readdirSync(join(folder, 'reports')).sort()).toEqual(['run.txt', 'unit']);
  });

  it('leave the files as they were when nothing could be started', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'state'), 'no folder');
    writeFileSync(join(folder, 'report.xml'), 'the last one');
    const args = ['-r', 'junit:report.xml', '--state-dir', 'state'];
    const { exitCode } = await runjobs([planFile({ run: 'true' }), ...args], { cwd: folder });
    expect(exitCode).toBe(74);
    expect(readFileSync(join(folder, 'report.xml'), 'utf8')).toBe('the last one');
    expect(readdirSync(folder).sort()).toEqual(['report.xml', 'state']);
  });
});

describe('in a CI', () => {
  it('GitHub gets folds, annotations in the plan, and a summary, without being asked', async () => {
    const { folder, run } = repository();
    const GITHUB_STEP_SUMMARY = join(folder, 'summary.md');
    writeFileSync(GITHUB_STEP_SUMMARY, 'of the step before\n');
    const { exitCode, stdout } = await run([], {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: folder,
      GITHUB_STEP_SUMMARY,
    });
    expect(exitCode).toBe(1);
    const lines = String(stdout).trimEnd().split('\n');
    expect(lines.slice(1, 4)).toEqual([expect.stringMatching(/^::group::✔ prepare /), 'compiling', '::endgroup::']);
    expect(lines.filter(line => line.startsWith('::error'))).toEqual([
      '::error file=ci/plan.yaml,line=5,col=9,title=checks/unit::exit 137 (SIGKILL, often out of memory)%0A1 of 2 failed%0A::error::forged',
    ]);
    expect(lines).toContain('│ ::error::forged');
    const summary = readFileSync(GITHUB_STEP_SUMMARY, 'utf8');
    expect(summary).toMatch(/^of the step before\n### ✖ plan failed after [\s\S]*\n\| checks\/unit \| ✖ exit 137 /);
    expect(summary).toContain('```mermaid\ngantt\n');
  });

  it('GitLab gets sections, without being asked', async () => {
    const { run } = repository();
    const { stdout } = await run([], { CI: 'true', GITLAB_CI: 'true' });
    const shown = String(stdout).replaceAll('\r\u001b[0K', ' ');
    expect(shown).toMatch(/section_start:\d+:[\w-]+_1\[collapsed=true\] ✔ prepare .*\ncompiling\n/);
  });
});

describe('quiet', () => {
  it.each([['-q'], ['--quiet'], ['--reporter', 'quiet']])(
    'says nothing of a run that goes well: %s %s',
    async (...args) => {
      const plan = planFile({
        lock: true,
        steps: ['echo hello', { run: 'exit 1', allowFailure: true }, 'echo err >&2'],
      });
      const { exitCode, stdout, stderr } = await runjobs([plan, ...args.filter(Boolean)]);
      expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
    },
  );

  it('works as a line of a crontab: without variables, from any folder; a failure is reported in full', async () => {
    const { folder } = repository();
    const file = join(folder, 'ci', 'plan.yaml');
    const command = `env -i HOME=${folder} ${process.execPath} ${BIN} ${file} --quiet`;
    const { exitCode, stdout, stderr } = await execa('sh', ['-c', command], { cwd: '/', reject: false });
    expect(exitCode).toBe(1);
    expect(stderr).toBe('');
    const run = /^ {2}run: {5}(.*)$/m.exec(stdout)?.[1];
    expect(stdout.replace(/\d+\.\d s/g, 'N s')).toBe(
      [
        '✖ plan failed after N s: 1 failed, 1 cancelled, 1 skipped, 1 succeeded',
        `  plan:    ${file}`,
        `  host:    ${hostname()}`,
        `  run:     ${run}`,
        /^ {2}started: .*$/m.exec(stdout)?.[0],
        '',
        '✖ checks/unit exit 137 (SIGKILL, often out of memory) (N s)',
        "  $ echo '1 of 2 failed'; echo '::error::forged'; exit 137",
        '  │ 1 of 2 failed',
        '  │ ::error::forged',
        `  log: ${folder}/ci/.runjobs/runs/${run}/logs/checks.unit.log`,
        '',
        '◼ checks/lint cancelled: "checks/unit" failed',
        '↓ publish skipped: "checks/unit" failed before it',
        '',
        `to go on from here: runjobs resume ${run}`,
        `to run it again: runjobs ${file} --only checks/unit`,
      ].join('\n'),
    );
  });

  it('gives a command to run a step again that does so, with what the plan was given', async () => {
    const { folder, run } = repository(
      'inputs: { WHO: { required: true } }\nsecrets: [TOKEN]\ngather:\n  - { id: a, run: echo "hello $WHO"; exit 3 }\n  - echo other\n',
    );
    const { stdout } = await run(['-q', '--set', "WHO=the 'old' one"], { TOKEN: 'secret-1' });
    const command = /^to run it again: runjobs (.*)$/m.exec(String(stdout))?.[1] ?? '';
    const again = await execa('sh', ['-c', `${process.execPath} ${BIN} ${command} -r plain`], {
      cwd: folder,
      reject: false,
      env: { TOKEN: 'secret-1' },
    });
    expect(again.stdout).toContain("[a] hello the 'old' one");
    expect(again.stdout).not.toContain('other\n');
    expect(again.exitCode).toBe(1);
    const masked = await run(['-q', '--set', 'WHO=secret-1 and more'], { TOKEN: 'secret-1' });
    expect(masked.stdout).toContain('hello *** and more');
    expect(masked.stdout).not.toMatch(/secret-1|to run it again/);
  });
});

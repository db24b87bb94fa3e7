import { describe, expect, it } from 'vitest';
import { createJunit } from '../../src/reporters/junit.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { junitFaults, noXmllint } from '../support/xmllint.ts';
import {
  childFailed,
  exit,
  forEach,
  gather,
  handClock,
  keptSink,
  ok,
  planOf,
  run,
  script,
  skippedAfter,
  steps,
} from './stage.ts';

const retry = { times: 2, delayMs: 0, factor: 2, maxDelayMs: 1, jitter: 'none' } as const;
const polling = { intervalMs: 1000, overlap: 'skip', until: 'success' } as const;
const PLAN = planOf(
  steps('root', [
    run('prepare'),
    gather('checks', [run('unit', 'npm test', { retry }), run('lint'), run('poll', 'curl x', { every: polling })]),
    forEach('f', run('')),
    run('publish'),
  ]),
);

function stage(plan = PLAN) {
  const sink = keptSink();
  const clock = handClock();
  const reporter = createJunit({
    ...{ sink, steps: indexSteps(plan), cwd: '/plans', host: 'a-host' },
    placeOf: step => (step === 'prepare' ? { file: '/plans/ci/plan.yaml', line: 3 } : undefined),
  });
  const tell = script(event => reporter.report(event), clock.now);
  tell.begin();
  tell.start('.');
  const attempt = (step: string, outcome: ReturnType<typeof exit> | typeof ok, number = 1) => {
    tell.start(step, { attempt: number });
    tell.event({ type: 'attempt.finished', step, t: clock.now(), attempt: number, outcome, durationMs: 1 });
  };
  const written = async () => {
    await reporter.close();
    return sink.lines.map(line => line.trim());
  };
  return { sink, clock, reporter, tell, attempt, written };
}

describe('a JUnit report', () => {
  it('has a suite for each group and a case for each step, with what it came to', async () => {
    const { clock, tell, written } = stage();
    tell.start('prepare');
    clock.advance(1000);
    tell.end('prepare');
    tell.start('checks/unit');
    tell.print('checks/unit', '1 < 2 & "3"\n::error::x ]]>\n');
    tell.end('checks/unit', exit(1), { log: 'logs/checks.unit.log' });
    tell.end('checks/lint', { state: 'cancelled', reason: { type: 'sibling-failed', step: 'checks/unit' } });
    tell.end('checks/poll', { ...exit(2), allowed: true });
    tell.end('checks', childFailed('checks/unit'));
    tell.end('publish', skippedAfter('checks/unit'));
    tell.finish(childFailed('checks/unit'), 1);
    const suite = 'timestamp="2026-11-22T08:13:49" hostname="a-host">';
    const properties = ['<properties>', '<property name="run" value="r1"/>', '</properties>'];
    expect(await written()).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="tour" tests="5" failures="1" errors="0" skipped="3" time="1.000">',
      `<testsuite name="tour" tests="2" failures="0" errors="0" skipped="1" time="2.000" ${suite}`,
      ...properties,
      '<testcase name="prepare" classname="tour" time="1.000" file="ci/plan.yaml" line="3"/>',
      '<testcase name="publish" classname="tour" time="1.000">',
      '<skipped message="skipped: &quot;checks/unit&quot; failed before it"/>',
      '</testcase>',
      '</testsuite>',
      `<testsuite name="tour/checks" tests="3" failures="1" errors="0" skipped="2" time="3.000" ${suite}`,
      ...properties,
      '<testcase name="unit" classname="tour/checks" time="1.000">',
      '<failure message="exit 1" type="exit">$ npm test',
      '│ 1 &lt; 2 &amp; "3"',
      '│ ::error::x ]]&gt;',
      'log: .runjobs/runs/r1/logs/checks.unit.log</failure>',
      '</testcase>',
      '<testcase name="lint" classname="tour/checks" time="1.000">',
      '<skipped message="cancelled: &quot;checks/unit&quot; failed"/>',
      '</testcase>',
      '<testcase name="poll" classname="tour/checks" time="1.000">',
      '<skipped message="exit 2, allowed"/>',
      '<system-out>$ curl x</system-out>',
      '</testcase>',
      '</testsuite>',
      '</testsuites>',
    ]);
  });

  it('says of a step without a name what it does', async () => {
    const { tell, sink, written } = stage(
      planOf(steps('root', [run('1', 'npm ci'), gather('g', [run('1', 'npm test')])])),
    );
    tell.end('1');
    tell.end('g/1');
    tell.finish();
    await written();
    expect(sink.text.match(/<testcase name="[^"]*" classname="[^"]*"/g)).toEqual([
      '<testcase name="1: npm ci" classname="tour"',
      '<testcase name="1: npm test" classname="tour/g"',
    ]);
  });

  it('marks a step as flaky that succeeded after a failure, and one that never did as tried again', async () => {
    const { tell, attempt, written } = stage();
    attempt('checks/unit', exit(1));
    attempt('checks/unit', exit(137), 2);
    attempt('checks/unit', ok, 3);
    tell.end('checks/unit', ok, { attempts: 3 });
    attempt('checks/lint', exit(1));
    attempt('checks/lint', exit(2), 2);
    tell.end('checks/lint', exit(2), { attempts: 2 });
    tell.finish(childFailed('checks/lint'), 1);
    const lines = await written();
    expect(lines.filter(line => /Failure|<failure/.test(line))).toEqual([
      '<flakyFailure message="exit 1" type="exit"/>',
      '<flakyFailure message="exit 137 (SIGKILL, often out of memory)" type="exit"/>',
      '<failure message="exit 2" type="exit">$ make lint</failure>',
      '<rerunFailure message="exit 1" type="exit"/>',
    ]);
  });

  it('marks what is in a group as flaky that was tried again, and no step that waits for a success', async () => {
    const { tell, attempt, written } = stage();
    tell.start('checks');
    attempt('checks/unit', exit(1));
    tell.end('checks/unit', exit(1));
    tell.start('checks', { attempt: 2 });
    attempt('checks/unit', ok);
    tell.end('checks/unit');
    attempt('checks/poll', exit(7));
    attempt('checks/poll', ok);
    tell.end('checks/poll');
    tell.finish();
    expect((await written()).filter(line => /[fF]ailure /.test(line))).toEqual([
      '<flakyFailure message="exit 1" type="exit"/>',
    ]);
  });

  it('tells copies with their values, and groups that failed by themselves', async () => {
    const { tell, written } = stage();
    tell.start('f', { items: 40 });
    tell.start('f[1]', { item: { N: '18' } });
    tell.end('f[1]', { state: 'failed', reason: { type: 'start', message: 'no such command' } });
    tell.copies('f', { first: 2, count: 38 }, skippedAfter('f[1]'));
    tell.copies('f', { first: 40, count: 1 }, skippedAfter('f[1]'));
    tell.end('f', childFailed('f[1]'));
    tell.start('checks');
    tell.end('checks', { state: 'failed', reason: { type: 'timeout', limitMs: 5000 } });
    tell.finish(childFailed('f[1]'), 1);
    const lines = await written();
    expect(lines.filter(line => /<testcase|<error|<failure/.test(line))).toEqual([
      '<testcase name="[1] N=18" classname="tour/f" time="1.000">',
      '<error message="no such command" type="start">$ make</error>',
      '<testcase name="[2…39]" classname="tour/f" time="0.000">',
      '<testcase name="[40]" classname="tour/f" time="0.000">',
      '<testcase name="." classname="tour/checks" time="1.000">',
      '<failure message="timed out after 5s" type="timeout"/>',
    ]);
  });

  it('has no failure where the group around it has ended well', async () => {
    const { tell, written } = stage();
    for (const n of [1, 2]) tell.start(`f[${n}]`);
    tell.end('f[1]', exit(1));
    tell.end('f[2]', ok);
    tell.end('f', ok);
    tell.end('.', ok);
    tell.finish(ok);
    const text = (await written()).join('\n');
    expect(text).toContain('failures="0"');
    expect(text).toContain('<skipped message="exit 1, allowed"/>');
    expect(text).not.toContain('<failure');
  });

  it('lists no more cases than a CI can show, and counts the others', async () => {
    const { tell, written, sink } = stage();
    for (let n = 1; n <= 30_000; n++) tell.end(`s${n}`, n === 30_000 ? exit(1) : ok);
    tell.finish(childFailed('s30000'), 1);
    const lines = await written();
    expect(lines.filter(line => line.startsWith('<testcase'))).toHaveLength(20_001);
    expect(lines).toContain('<property name="unlisted" value="9999"/>');
    expect(sink.text).toContain('<testcase name="s30000"');
  });

  it('lists what makes the run fail, however many others were tolerated', async () => {
    const many = forEach('t', run(''), { tolerate: { type: 'count', count: 30_000 } });
    const { tell, written } = stage(planOf(steps('root', [many, run('last')])));
    for (let n = 1; n <= 25_000; n++) tell.end(`t[${n}]`, exit(1));
    tell.end('t');
    tell.end('last', exit(2));
    tell.end('.', childFailed('last'));
    tell.finish(childFailed('last'), 1);
    const lines = await written();
    expect(lines.filter(line => line.startsWith('<testcase'))).toHaveLength(20_001);
    expect(lines).toContain('<property name="unlisted" value="5000"/>');
    expect(lines.filter(line => line.startsWith('<failure'))).toEqual([expect.stringContaining('message="exit 2"')]);
  });

  it('is written once, also of a run that breaks off', async () => {
    const { tell, reporter, sink } = stage();
    tell.end('prepare');
    await reporter.close();
    await reporter.close();
    expect(sink.text.match(/<testsuites /g)).toHaveLength(1);
    expect(sink.text).toContain('<testcase name="prepare"');
  });

  describe.skipIf(noXmllint)(`holds against the schema${noXmllint === undefined ? '' : ` (${noXmllint})`}`, () => {
    const HOSTILE = '\x1b[2J\x00\x0b\ud800\ufffe\uffff]]>&amp;<!--"\'\t\r\n\u2028<x a="1">';

    it('whatever is told in it', async () => {
      const { tell, attempt, reporter, sink } = stage(planOf(PLAN.root, HOSTILE));
      tell.begin(HOSTILE, `/plans/${HOSTILE}/r1`);
      attempt('checks/unit', exit(1));
      tell.print('checks/unit', `${HOSTILE}\n`);
      tell.end('checks/unit', { state: 'failed', reason: { type: 'http', message: HOSTILE } }, { log: HOSTILE });
      tell.end('checks/lint', { state: 'failed', reason: { type: 'save', message: '' } });
      tell.end('publish', { state: 'skipped', reason: { type: 'unwritable', message: HOSTILE } });
      tell.start('f', { items: 3 });
      tell.start('f[1]', { item: { N: HOSTILE } });
      tell.end('f[1]', { ...exit(1), allowed: true });
      tell.copies('f', { first: 2, count: 2 }, skippedAfter('f[1]'));
      tell.end('checks', { state: 'failed', reason: { type: 'until', until: 'success' } });
      tell.finish(childFailed('checks'), 1);
      await reporter.close();
      expect(junitFaults(sink.text)).toBe('');
      expect(sink.text).toContain('&lt;x a=&quot;1&quot;&gt;');
    });

    it('of a run in which nothing was done', async () => {
      const { reporter, sink } = stage();
      await reporter.close();
      expect(junitFaults(sink.text)).toBe('');
    });

    it('which notices what is wrong', () => {
      expect(junitFaults('<testsuites name="x"/>')).toContain("attribute 'tests' is required");
    });
  });
});

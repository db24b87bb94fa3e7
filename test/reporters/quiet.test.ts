import { describe, expect, it } from 'vitest';
import { againOf } from '../../src/reporters/again.ts';
import { createQuiet } from '../../src/reporters/quiet.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { childFailed, exit, gather, handClock, keptSink, ok, planOf, run, script } from './stage.ts';

const PLAN = { ...planOf(gather('root', [run('a'), run('b')])), file: '/srv/app/nightly.yaml', definition: 'all' };

function stage() {
  const sink = keptSink();
  const reporter = createQuiet({ sink, steps: indexSteps(PLAN), plan: PLAN, host: 'build-3', again: againOf(PLAN) });
  const tell = script(event => reporter.report(event), handClock().now);
  return { sink, reporter, tell };
}

describe('a quiet report', () => {
  it('is nothing where all went well, whatever was printed, warned of, or allowed to fail', async () => {
    const { sink, reporter, tell } = stage();
    tell.begin();
    tell.start('a');
    tell.print('a', 'hello\n');
    tell.event({ type: 'warning', t: 1, message: 'mind the gap' });
    tell.end('a', { ...exit(1), allowed: true });
    tell.finish(ok);
    await reporter.close();
    expect(sink.text).toBe('');
  });

  it('is complete where something failed: where, what, why, its last lines, its log, and what to do', async () => {
    const { sink, reporter, tell } = stage();
    tell.begin();
    tell.start('a');
    tell.start('b');
    tell.end('b');
    tell.event({ type: 'warning', t: 1, step: 'a', message: 'left a process\nmore' });
    tell.print('a', 'starting\ncannot connect\n');
    tell.end('a', exit(127), { log: 'logs/a.log', attempts: 3 });
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    await reporter.close();
    expect(sink.lines).toEqual([
      '✖ tour failed after 0.0 s: 1 failed, 1 succeeded',
      '  plan:    /srv/app/nightly.yaml#all',
      '  host:    build-3',
      '  run:     r1',
      '  started: 2026-11-22T08:13:49.120Z',
      '',
      '⚠ a: left a process',
      '',
      '✖ a exit 127 (command not found) (1.0 s, 3 attempts)',
      '  $ make a',
      '  │ starting',
      '  │ cannot connect',
      '  log: /plans/.runjobs/runs/r1/logs/a.log',
      '',
      'to go on from here: runjobs resume r1',
      "to run it again: runjobs '/srv/app/nightly.yaml#all' --only a",
    ]);
  });

  it('is given where the run was cancelled, or broke off', async () => {
    const cancelled = stage();
    cancelled.tell.begin();
    const reason = { type: 'interrupted', signal: 'SIGTERM' } as const;
    cancelled.tell.event({ type: 'run.cancelling', t: 1, reason });
    cancelled.tell.finish({ state: 'cancelled', reason }, 143);
    expect(cancelled.sink.lines[0]).toBe('◼ tour cancelled after 0.0 s, told to end (SIGTERM)');
    const broken = stage();
    broken.tell.begin();
    await broken.reporter.close();
    expect(broken.sink.lines[0]).toBe('✖ tour broke off after 0.0 s');
  });

  it('names ten warnings and counts the others', () => {
    const { sink, tell } = stage();
    tell.begin();
    for (let n = 1; n <= 2000; n++) tell.event({ type: 'warning', t: 1, message: `w${n}` });
    tell.finish(childFailed('a'), 1);
    expect(sink.lines.filter(line => line.startsWith('⚠'))).toHaveLength(11);
    expect(sink.lines).toContain('⚠ 1990 more warnings');
  });
});

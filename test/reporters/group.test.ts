import { describe, expect, it } from 'vitest';
import { createGroup } from '../../src/reporters/group.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { childFailed, exit, forEach, gather, handClock, keptSink, ok, planOf, run, script, steps } from './stage.ts';

const every = { intervalMs: 1000, overlap: 'skip' } as const;
const retry = { times: 2, delayMs: 3000, factor: 2, maxDelayMs: 60_000, jitter: 'none' } as const;
const PLAN = planOf(
  steps('root', [
    run('a'),
    gather('g', [run('x'), run('y', 'make y', { retry }), run('server', 'serve', { background: true })]),
    run('beat', 'date', { every }),
    forEach('f', run('')),
  ]),
);

function stage(plan = PLAN) {
  const sink = keptSink();
  const clock = handClock();
  const reporter = createGroup({ sink, steps: indexSteps(plan), clock, cwd: '/plans' });
  const tell = script(event => reporter.report(event), clock.now);
  tell.begin();
  tell.start('.');
  const end = (step: string, outcome = ok, attempt = 1) =>
    tell.event({ type: 'attempt.finished', step, t: clock.now(), attempt, outcome, durationMs: 1 });
  return { sink, clock, reporter, tell, end };
}

describe('a report in groups', () => {
  it('tells what a step prints together, below its name and above how it ended', () => {
    const { sink, tell, end } = stage();
    tell.start('g/x');
    tell.start('g/y');
    tell.print('g/x', 'one\n');
    tell.print('g/y', 'two\n');
    tell.print('g/x', 'three', 'err');
    end('g/x');
    tell.end('g/x');
    expect(sink.lines).toEqual(['❯ g/x: make x', '❯ g/y: make y', '❯ g/x', '  │ one', '  │ three', '✔ g/x 1.0 s']);
    end('g/y', exit(1));
    tell.end('g/y', exit(1));
    expect(sink.lines.slice(6)).toEqual(['❯ g/y', '  │ two', '✖ g/y exit 1 (1.0 s)']);
  });

  it('does not name the step again where the line above does, and says no more than its end where it printed nothing', () => {
    const { sink, tell, end } = stage();
    tell.start('a');
    tell.print('a', 'hello\n');
    end('a');
    tell.end('a');
    tell.start('g/x');
    end('g/x');
    tell.end('g/x');
    expect(sink.lines).toEqual(['❯ a: make a', '  │ hello', '✔ a 1.0 s', '❯ g/x: make x', '✔ g/x 1.0 s']);
  });

  it('shows a lone step as it prints once it has run for five seconds, until it gets company', () => {
    const { sink, tell, clock, end } = stage();
    tell.start('a');
    tell.print('a', 'early\n');
    clock.advance(4999);
    expect(sink.lines).toEqual(['❯ a: make a']);
    clock.advance(1);
    expect(sink.lines.slice(1)).toEqual(['  │ early']);
    tell.print('a', 'soon\nha');
    expect(sink.lines.slice(2)).toEqual(['  │ soon']);
    tell.start('g/x');
    tell.print('a', 'lf\n');
    expect(sink.lines.slice(3)).toEqual(['❯ g/x: make x']);
    end('g/x');
    tell.end('g/x');
    clock.advance(5000);
    expect(sink.lines.slice(4)).toEqual(['✔ g/x 1.0 s', '❯ a', '  │ half']);
    tell.print('a', 'last');
    end('a', exit(2));
    tell.end('a', exit(2));
    expect(sink.lines.slice(7)).toEqual(['  │ last', '✖ a exit 2 (1.0 s)']);
  });

  it('takes background steps for company of each other only', () => {
    const { sink, tell, clock } = stage();
    tell.start('g/server');
    tell.start('g/x');
    clock.advance(5000);
    tell.print('g/x', 'seen\n');
    tell.print('g/server', 'held\n');
    expect(sink.lines.slice(2)).toEqual(['  │ seen']);
    tell.end('g/x');
    clock.advance(5000);
    expect(sink.lines.slice(3)).toEqual(['✔ g/x 1.0 s', '❯ g/server', '  │ held']);
  });

  it('tells each attempt and each tick by itself', () => {
    const { sink, tell, end } = stage();
    tell.start('g/x');
    tell.start('g/y');
    tell.print('g/y', 'broken');
    end('g/y', exit(7));
    tell.event({ type: 'step.retrying', step: 'g/y', t: 1, attempt: 2, delayMs: 3000, failure: { type: 'exit' } });
    tell.start('g/y', { attempt: 2 });
    tell.print('g/y', 'fine\n');
    end('g/y', ok, 2);
    tell.end('g/y', ok, { attempts: 2 });
    tell.start('beat', { tick: 1 });
    for (const tick of [1, 2]) {
      tell.print('beat', `now ${tick}\n`);
      tell.event({ type: 'tick.finished', step: 'beat', t: 1, tick, outcome: ok });
    }
    expect(sink.lines.slice(2)).toEqual([
      ...['  │ broken', '⚠ g/y exit 7, attempt 2 of 3 in 3 s'],
      ...['❯ g/y: attempt 2 of 3', '  │ fine', '✔ g/y 1.0 s'],
      ...['❯ beat: date (every 1s)', '  │ now 1', '❯ beat', '  │ now 2'],
    ]);
  });

  it('tells a part of what is much before the step ends, and loses nothing', () => {
    const { sink, tell } = stage();
    tell.start('g/x');
    tell.start('g/y');
    for (let n = 1; n <= 3000; n++) tell.print('g/x', `${n} ${'x'.repeat(200)}\n`);
    const parts = sink.lines.filter(line => line === '❯ g/x').length;
    expect(parts).toBe(2);
    tell.end('g/x');
    const lines = sink.lines.filter(line => line.startsWith('  │'));
    expect(lines.map(line => Number(line.split(' ')[3]))).toEqual(Array.from({ length: 3000 }, (_, n) => n + 1));
  });

  it('names a copy among very many with its values where it prints', () => {
    const { sink, tell } = stage();
    tell.start('f', { items: 1000 });
    for (const n of [1, 2]) tell.start(`f[${n}]`, { item: { N: String(n) } });
    tell.print('f[2]', 'odd\n');
    tell.end('f[1]');
    tell.end('f[2]');
    expect(sink.lines).toEqual(['❯ f: for each of 1000 items: make', '❯ f[2] N=2: make', '  │ odd']);
  });

  it('tells what is still held when the run breaks off', async () => {
    const { sink, tell, reporter, clock } = stage();
    tell.start('g/x');
    tell.start('g/y');
    tell.print('g/x', 'last words');
    await reporter.close();
    expect(sink.lines.slice(2)).toEqual(['❯ g/x', '  │ last words']);
    expect(clock.armed).toBe(0);
  });

  it('ends with the summary and the digest', () => {
    const { sink, tell } = stage();
    tell.start('a');
    tell.end('a', exit(1));
    tell.finish(childFailed('a'), 1);
    expect(sink.lines.slice(2)).toEqual([
      '✖ tour failed after 0.0 s: 1 failed',
      '',
      '✖ a exit 1 (1.0 s)',
      '  $ make a',
    ]);
  });
});

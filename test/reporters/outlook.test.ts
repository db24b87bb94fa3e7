import { describe, expect, it } from 'vitest';
import { fold } from '../../src/events/fold.ts';
import { createProgress } from '../../src/events/progress.ts';
import { createHindsight } from '../../src/reporters/hindsight.ts';
import { barOf, outlookOf, usualIfSlow } from '../../src/reporters/outlook.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { createWindow, windowFeatures } from '../../src/reporters/window.ts';
import { stageLive } from './live-stage.ts';
import { exit, forEach, gather, keptSink, ok, planOf, run, script } from './stage.ts';

const TWENTY = planOf(
  gather(
    'root',
    Array.from({ length: 20 }, (_, n) => run(`s${n + 1}`)),
  ),
);

function stage(plan = TWENTY) {
  const steps = indexSteps(plan);
  const progress = createProgress(steps);
  const tell = script(
    event => fold(progress, event),
    () => 0,
  );
  tell.begin();
  tell.start('.');
  return { progress, tell };
}

describe('how long a run will still take', () => {
  it('is told by its own pace, once there is one', () => {
    const { progress, tell } = stage();
    for (let n = 1; n <= 4; n++) tell.end(`s${n}`);
    expect(outlookOf(progress, 10_000, undefined)).toEqual({ done: 0.2, leftMs: undefined });
    tell.end('s5');
    expect(outlookOf(progress, 4999, undefined).leftMs).toBeUndefined();
    expect(outlookOf(progress, 10_000, undefined)).toEqual({ done: 0.25, leftMs: 30_000 });
  });

  it('is told by earlier runs where there are any, and by the pace when it takes longer than these', () => {
    const { progress, tell } = stage();
    const usual = { totalMs: 60_000, steps: new Map() };
    expect(outlookOf(progress, 1000, usual).leftMs).toBe(59_000);
    for (let n = 1; n <= 10; n++) tell.end(`s${n}`);
    expect(outlookOf(progress, 70_000, usual).leftMs).toBe(70_000);
    expect(outlookOf(progress, 10_000, { ...usual, totalMs: 0 }).leftMs).toBe(10_000);
  });

  it('is not told while lists are still to be read, nor of a run that is being stopped', () => {
    const lists = stage(planOf(gather('root', [run('a'), forEach('f', run(''))])));
    expect(outlookOf(lists.progress, 10_000, undefined)).toEqual({ done: undefined, leftMs: undefined });
    const { progress, tell } = stage();
    tell.event({ type: 'run.cancelling', t: 1, reason: { type: 'aborted' } });
    expect(outlookOf(progress, 1000, { totalMs: 60_000, steps: new Map() }).leftMs).toBeUndefined();
  });
});

it.each([
  [0, '────'],
  [0.13, '╸───'],
  [0.5, '━━──'],
  [1, '━━━━'],
])('a bar of %d is %s', (done, bar) => {
  expect(barOf(done, 4)).toBe(bar);
});

it.each([
  [40_000, 79_000, undefined],
  [40_000, 81_000, 40_000],
  [100, 4000, undefined],
  [100, 5200, 100],
  [undefined, 5200, undefined],
])('a step that usually takes %d ms is slow after %d ms: %d', (usual, now, slow) => {
  expect(usualIfSlow(usual, now)).toBe(slow);
});

describe('earlier runs', () => {
  const usual = { totalMs: 9000, steps: new Map([['a', 1]]) };

  it('are looked up once, of a run that lasts', () => {
    let asked = 0;
    const past = createHindsight(folder => {
      asked += 1;
      return folder === '/runs/r1' ? usual : undefined;
    });
    const { progress } = stage();
    progress.folder = '/runs/r1';
    expect(past.usual(progress, 2999)).toBeUndefined();
    expect(past.usual(progress, 3000)).toEqual(usual);
    expect(past.usual(progress, 3100)).toEqual(usual);
    expect(asked).toBe(1);
  });

  it('tell nothing of how long the rest of a resumed run takes', () => {
    const past = createHindsight(() => usual);
    past.begin({ type: 'run.started', v: 1, run: 'r', name: 'n', at: '', resumed: { count: 1, taken: 1 } });
    const { progress } = stage();
    expect(past.usual(progress, 3000)).toEqual({ ...usual, totalMs: 0 });
  });
});

describe('the live view of a run that lasts', () => {
  it('has a bar, the time left, and a mark on steps that take far longer than usual', async () => {
    const readUsual = () => ({ totalMs: 60_000, steps: new Map([['s20', 4000]]) });
    const { tell, look, clock, reporter } = await stageLive({ plan: TWENTY, columns: 100, readUsual });
    for (let n = 1; n <= 5; n++) tell.end(`s${n}`);
    tell.start('s20');
    clock.advance(9800);
    const [title, ...rows] = await look();
    expect(title).toBe('* tour 10.0 s  ━━━━━─────────────── 5/20 done · ~50 s left · 1 running');
    expect(rows.at(-1)).toBe('  * s20 10.0 s usually 4.0 s');
    await reporter.close();
  });

  it('has neither in its first seconds, nor where there is no room', async () => {
    const { tell, look, terminal, clock } = await stageLive({ plan: TWENTY });
    tell.end('s1');
    expect((await look())[0]).toBe('* tour 0.2 s  1/20 done');
    clock.advance(5000);
    await terminal.resize(60, 24);
    expect((await look())[0]).toMatch(/^\* tour 5\.\d s {2}1\/20 done$/);
  });
});

describe('what a terminal shows around its screen', () => {
  it.each([
    [{ TERM: 'xterm-256color' }, { title: true, bar: false }],
    [
      { TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty' },
      { title: true, bar: true },
    ],
    [
      { TERM: 'xterm-256color', WT_SESSION: 'x' },
      { title: true, bar: true },
    ],
    [{ TERM: 'linux' }, { title: false, bar: false }],
    [{}, { title: false, bar: false }],
  ])('is known by its variables: %j', (env, features) => {
    expect(windowFeatures(env)).toEqual(features);
  });

  it('is how much is done and whether something failed, written when it changes, and taken back', () => {
    const sink = keptSink();
    const { progress, tell } = stage();
    const window = createWindow(sink, { title: true, bar: true });
    const show = () => window.show(progress, outlookOf(progress, 0, undefined));
    show();
    show();
    expect(sink.text).toBe('\x1b[22;2t\x1b]2;0% tour\x07\x1b]9;4;1;0\x07');
    tell.end('s1', exit(1));
    show();
    expect(sink.text.slice(-37)).toContain('\x1b]2;✖ 5% tour\x07\x1b]9;4;2;5\x07');
    window.restore();
    window.restore();
    expect(sink.text.endsWith('\x07\x1b[23;2t\x1b]9;4;0\x07')).toBe(true);
  });

  it('carries no control code of a plan’s name, and is taken back in every ending of the live view', async () => {
    for (const leave of ['close', 'suspend', 'lend', 'exit'] as const) {
      const plan = planOf(TWENTY.root, 'a\x1b[2J\x07b');
      const { reporter, terminal, exits, clock } = await stageLive({ plan, features: { title: true, bar: true } });
      clock.advance(200);
      expect(terminal.written).toContain('\x1b]2;0% ab\x07');
      if (leave === 'exit') for (const restore of exits) restore();
      else await reporter[leave]?.();
      expect(terminal.written.split('\x1b[22;2t')).toHaveLength(2);
      expect(terminal.written.split('\x1b[23;2t')).toHaveLength(2);
      expect(terminal.written.split('\x1b]9;4;0\x07')).toHaveLength(2);
      await reporter.close();
    }
  });

  it('is nothing where the terminal is not known to understand it', async () => {
    const { reporter, terminal, tell } = await stageLive();
    tell.end('.', ok);
    await reporter.close();
    for (const code of ['\x1b]', '\x1b[22;', '\x1b[23;']) expect(terminal.written).not.toContain(code);
  });
});

import { describe, expect, it } from 'vitest';
import { createLive } from '../../src/reporters/live.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import {
  childFailed,
  exit,
  gather,
  handClock,
  ok,
  planOf,
  run,
  script,
  skippedAfter,
  sleep,
  stageTerminal,
  steps,
} from './stage.ts';

const WIDE = planOf(
  gather(
    'root',
    Array.from({ length: 2000 }, (_, n) => run(`s${n + 1}`)),
  ),
  'wide',
);
const TOUR = planOf(
  steps('root', [
    gather('build', [run('compile', 'npm run build'), run('lint')]),
    run('fetch', 'curl x'),
    run('deploy'),
  ]),
);

async function stage({ plan = TOUR, columns = 80, rows = 24, colour = false } = {}) {
  const terminal = stageTerminal(columns, rows);
  const clock = handClock();
  const exits = new Set<() => void>();
  const reporter = await createLive({
    terminal,
    steps: indexSteps(plan),
    clock,
    colour,
    cwd: '/plans',
    onExit: restore => {
      exits.add(restore);
      return () => void exits.delete(restore);
    },
  });
  const tell = script(event => reporter.report(event), clock.now);
  tell.begin(plan.name);
  tell.start('.');
  /** The screen after everything that was told has been drawn, without the spinner. */
  const look = async () => {
    clock.advance(200);
    return (await terminal.screen()).map(line => line.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, '*'));
  };
  return { terminal, clock, reporter, tell, look, exits };
}

describe('the live view', () => {
  it('shows the run’s line, groups, running steps with their time and last line, and what has ended', async () => {
    const { tell, look, clock } = await stage();
    tell.start('build');
    tell.start('build/compile');
    tell.start('build/lint');
    clock.advance(1000);
    tell.print('build/compile', 'compiling a.ts\ncompiling b.ts\n');
    tell.end('build/lint', ok, { durationMs: 1000 });
    expect(await look()).toEqual([
      '* tour 1.2 s  1/4 done · 1 running',
      '  ❯ build 1.2 s 1/2',
      '    * compile 1.2 s › compiling b.ts',
      '    ✔ lint 1.0 s',
    ]);
    tell.end('build/compile');
    tell.end('build', ok, { durationMs: 1300 });
    tell.start('fetch');
    expect(await look()).toEqual(['* tour 1.4 s  2/4 done · 1 running', '  ✔ build 1.3 s', '  * fetch 0.2 s']);
  });

  it('counts down to the next attempt and the next tick', async () => {
    const { tell, look, clock } = await stage();
    tell.start('fetch');
    tell.event({ type: 'attempt.finished', step: 'fetch', t: 0, attempt: 1, outcome: exit(7), durationMs: 1 });
    tell.event({ type: 'step.retrying', step: 'fetch', t: 0, attempt: 2, delayMs: 3000, failure: { type: 'exit' } });
    tell.start('deploy', { tick: 1 });
    tell.print('deploy', 'beat\n');
    tell.event({ type: 'tick.waiting', step: 'deploy', t: 0, tick: 2, delayMs: 3_600_000 });
    expect(await look()).toEqual([
      '* tour 0.2 s  0/4 done · 2 waiting',
      '  ⚠ fetch 0.2 s exit 7, attempt 2 in 3 s',
      '  ◼ deploy 0.2 s tick 2 in 1h 00m › beat',
    ]);
    clock.advance(1500);
    expect((await look())[1]).toBe('  ⚠ fetch 1.9 s exit 7, attempt 2 in 2 s');
  });

  it('says what is being stopped, and why', async () => {
    const { tell, look } = await stage();
    tell.start('fetch');
    tell.event({ type: 'run.cancelling', t: 0, reason: { type: 'interrupted', signal: 'SIGINT' } });
    tell.event({ type: 'step.stopping', step: 'fetch', t: 0, pid: 7, signal: 'SIGTERM', graceMs: 5000 });
    expect(await look()).toEqual([
      '* tour 0.2 s  stopping: interrupted by Ctrl-C (SIGINT) · 0/4 done · 1 running',
      '  * fetch 0.2 s stopping (SIGTERM), SIGKILL in 5 s',
    ]);
  });

  it('leaves the last state, a summary, each failed step with its facts, and a visible cursor', async () => {
    const { tell, terminal, reporter, clock } = await stage();
    tell.start('build');
    tell.start('build/lint');
    tell.print('build/lint', 'a.ts: \x1b[31mbad\x1b[0m\n');
    clock.advance(1000);
    expect(terminal.isCursorVisible).toBe(false);
    tell.end('build/lint', exit(1), { log: 'logs/build.lint.log' });
    tell.end('build', childFailed('build/lint'));
    tell.end('fetch', skippedAfter('build/lint'));
    tell.end('deploy', skippedAfter('build/lint'));
    tell.finish(childFailed('build/lint'), 1);
    await reporter.close();
    expect(await terminal.screen()).toEqual([
      '✖ tour failed after 1.0 s: 1 failed, 2 skipped',
      '  ✖ build 1.0 s "build/lint" failed',
      '    ✖ lint 1.0 s exit 1',
      '  ↓ fetch skipped: "build/lint" failed before it',
      '  ↓ deploy skipped: "build/lint" failed before it',
      '',
      '✖ build/lint exit 1 (1.0 s)',
      '  $ make lint',
      '  │ a.ts: bad',
      '  log: .runjobs/runs/r1/logs/build.lint.log',
    ]);
    expect(terminal.isCursorVisible).toBe(true);
  });

  it('shows the last line of a plan that is one command', async () => {
    const { tell, look, reporter, terminal } = await stage({ plan: planOf(run('root', 'echo hi'), 'hello') });
    expect(await look()).toEqual(['* hello 0.2 s']);
    tell.print('.', 'Hello\n');
    expect(await look()).toEqual(['* hello 0.4 s', '  › Hello']);
    tell.end('.');
    tell.finish();
    await reporter.close();
    expect(await terminal.screen()).toEqual(['✔ hello succeeded in 0.4 s: 1 succeeded', '  › Hello']);
  });

  it('says what a step without a name does', async () => {
    const { tell, look } = await stage({ plan: planOf(steps('root', [sleep('1', 1000), run('2', 'echo hi')])) });
    tell.start('1');
    tell.end('1', ok, { durationMs: 1000 });
    tell.start('2');
    expect((await look()).slice(1)).toEqual(['  ✔ 1: sleep 1s 1.0 s', '  * 2: echo hi 0.2 s']);
  });

  it('tells a run that was stopped by its own glyph', async () => {
    const { tell, reporter, terminal } = await stage();
    const outcome = { state: 'cancelled', reason: { type: 'aborted' } } as const;
    tell.event({ type: 'run.cancelling', t: 0, reason: outcome.reason });
    tell.end('.', outcome);
    tell.finish(outcome, 1);
    await reporter.close();
    expect(await terminal.screen()).toEqual(['◼ tour cancelled after 0.0 s, aborted by the caller']);
  });

  it('prints warnings above itself, to stay', async () => {
    const { tell, look, reporter, terminal } = await stage();
    tell.start('fetch');
    tell.event({ type: 'warning', t: 0, message: 'state goes to /home' });
    expect((await look()).slice(0, 2)).toEqual(['⚠ state goes to /home', '* tour 0.2 s  0/4 done · 1 running']);
    for (let n = 1; n <= 25; n++) tell.event({ type: 'warning', t: 0, step: 'fetch', message: `number ${n}` });
    await reporter.close();
    const lines = await terminal.screen('all');
    expect(lines.slice(0, 2)).toEqual(['⚠ state goes to /home', '⚠ fetch: number 1']);
    expect(lines.slice(20, 23)).toEqual(['⚠ fetch: number 20', '⚠ 5 more warnings', '✖ tour broke off after 0.2 s']);
  });
});

describe('the paint of the live view', () => {
  it('comes at most ten times a second, however much happens', async () => {
    const { tell, clock, terminal } = await stage({ plan: WIDE });
    const before = terminal.writes;
    for (let n = 1; n <= 2000; n++) {
      tell.start(`s${n}`);
      tell.print(`s${n}`, 'x\n');
      tell.end(`s${n}`);
      clock.advance(1);
    }
    expect(terminal.writes - before).toBeLessThanOrEqual(20);
    expect(terminal.writes - before).toBeGreaterThan(15);
  });

  it('waits for a terminal that is slow', async () => {
    const { terminal, clock, tell, reporter } = await stage();
    let release = () => {};
    terminal.write = () =>
      new Promise<void>(resolve => {
        release = resolve;
      });
    tell.start('fetch');
    clock.advance(100);
    expect(clock.armed).toBe(0);
    release();
    await Promise.resolve();
    expect(clock.armed).toBe(1);
    terminal.write = () => undefined;
    await reporter.close();
    expect(clock.armed).toBe(0);
  });

  it('writes only lines that have changed', async () => {
    const { tell, clock, terminal, look } = await stage();
    tell.start('fetch');
    tell.print('fetch', 'a line that stays\n');
    await look();
    tell.end('fetch');
    tell.start('deploy');
    await look();
    const before = terminal.written.length;
    clock.advance(100);
    expect(terminal.written.slice(before)).not.toContain('stays');
  });

  it.each([
    [80, 24],
    [80, 10],
    [20, 24],
    [200, 50],
    [40, 3],
  ])('of 2000 steps at once fits %i columns and %i rows', async (columns, rows) => {
    const { tell, look, terminal, clock } = await stage({ plan: WIDE, columns, rows });
    for (let n = 1; n <= 2000; n++) {
      tell.start(`s${n}`);
      tell.print(`s${n}`, `${'日本語 '.repeat(50)}\n`);
    }
    for (let n = 100; n <= 105; n++) tell.end(`s${n}`, exit(n));
    for (let round = 0; round < 5; round++) {
      const lines = await look();
      expect(lines.length).toBeLessThanOrEqual(rows - 1);
      clock.advance(100);
    }
    const lines = await terminal.screen('all');
    expect(lines.length).toBeLessThanOrEqual(rows - 1);
    expect(lines[0]).toContain('wide');
    if (rows < 24) return;
    expect(lines.filter(line => line.includes('✖'))).toHaveLength(6);
    expect(lines.at(-1)).toMatch(/… 19\d\d more run/);
  });

  it('has columns and rows for a terminal that does not tell its size', async () => {
    const { tell, look, terminal } = await stage({ plan: WIDE });
    Object.assign(terminal, { columns: undefined, rows: undefined });
    for (let n = 1; n <= 50; n++) tell.start(`s${n}`);
    expect((await look()).length).toBe(23);
  });

  it('has colours when asked, and nothing but the cursor’s moves otherwise', async () => {
    const [plain, coloured] = [await stage(), await stage({ colour: true })];
    for (const { tell, clock, reporter } of [plain, coloured]) {
      tell.start('fetch');
      clock.advance(100);
      tell.end('fetch', exit(1));
      tell.finish(childFailed('fetch'), 1);
      await reporter.close();
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them.
    expect(plain.terminal.written).not.toMatch(/\x1b\[[\d;]*m/);
    expect(coloured.terminal.written).toContain('\x1b[31m✖');
    expect(await coloured.terminal.screen()).toEqual(await plain.terminal.screen());
  });
});

describe('a terminal that changes its size', () => {
  const busy = async (columns: number, rows: number) => {
    const all = await stage({ plan: WIDE, columns, rows });
    for (let n = 1; n <= 8; n++) {
      all.tell.start(`s${n}`);
      all.tell.print(`s${n}`, `output of step ${n} that is rather long, longer than a narrow terminal has columns\n`);
    }
    return all;
  };
  const sizes: readonly (readonly [number, number])[] = [
    [80, 24],
    [40, 24],
    [100, 24],
    [100, 8],
    [100, 30],
    [30, 12],
    [120, 40],
  ];

  it.each(sizes.slice(1))('shows one whole frame at %i × %i and nothing else', async (columns, rows) => {
    const { look, terminal } = await busy(80, 24);
    await look();
    await terminal.resize(columns, rows);
    const lines = await look();
    expect(lines.filter(line => line.includes('wide'))).toHaveLength(1);
    expect(lines[0]).toMatch(/^\* wide/);
    expect(lines.length).toBeLessThanOrEqual(rows - 1);
    expect(new Set(lines.slice(1).map(line => line.slice(0, 8))).size).toBe(lines.length - 1);
  });

  it('shows one whole frame after many changes, and one summary at the end', async () => {
    const { look, terminal, tell, reporter } = await busy(80, 24);
    for (const [columns, rows] of [...sizes, ...sizes]) {
      await terminal.resize(columns, rows);
      const lines = await look();
      expect(lines.filter(line => line.includes('wide'))).toHaveLength(1);
    }
    for (let n = 1; n <= 8; n++) tell.end(`s${n}`);
    tell.finish();
    await reporter.close();
    const lines = await terminal.screen();
    expect(lines.filter(line => line.includes('wide'))).toHaveLength(1);
    expect(lines[0]).toBe('✔ wide succeeded in 2.8 s: 8 succeeded');
  });
});

describe('hostile output', () => {
  it('moves nothing on the screen', async () => {
    const { tell, look } = await stage();
    tell.start('fetch');
    tell.start('deploy');
    tell.print('deploy', 'calm\n');
    for (const attack of [
      '\x1b[2J\x1b[1;1H',
      '\x1b[10A',
      '\r\r\r',
      '\x1b]0;owned\x07',
      '\x1bc',
      '\x9b2J',
      '\b\b\b\b\v\f',
    ]) {
      tell.print('fetch', `${attack}boo${attack}`);
      expect((await look()).slice(1).map(line => line.replace(/[\d.]+ s/, '_'))).toEqual([
        expect.stringMatching(/^ {2}\* fetch _( › boo)?/),
        '  * deploy _ › calm',
      ]);
    }
  });
});

describe('a process that exits with the view open', () => {
  it('gets its cursor back', async () => {
    const { terminal, exits, tell, clock } = await stage();
    tell.start('fetch');
    clock.advance(100);
    expect(terminal.isCursorVisible).toBe(false);
    for (const restore of exits) restore();
    expect(terminal.isCursorVisible).toBe(true);
    expect(terminal.written.endsWith('\x1b[?25h')).toBe(true);
  });

  it('keeps listr2’s hands off signals and streams', async () => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map(name => process.listenerCount(name));
    const { write } = process.stdout;
    const { tell, reporter, clock } = await stage();
    tell.start('fetch');
    clock.advance(300);
    expect(process.stdout.write).toBe(write);
    expect(['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map(name => process.listenerCount(name))).toEqual(signals);
    await reporter.close();
  });
});

import { describe, expect, it } from 'vitest';
import { stageLive, WIDE } from './live-stage.ts';
import { childFailed, exit, gather, ok, planOf, run, skippedAfter, sleep, steps } from './stage.ts';

describe('the live view', () => {
  it('shows the run’s line, groups, running steps with their time and last line, and what has ended', async () => {
    const { tell, look, clock } = await stageLive();
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

  it('warns of a failure that may come to nothing, and says in the end why it was none', async () => {
    const tolerating = { ...gather('g', [run('x'), run('y')]), tolerate: { type: 'count', count: 1 } } as const;
    const { tell, look } = await stageLive({ plan: planOf(steps('root', [tolerating])) });
    for (const step of ['g', 'g/x', 'g/y']) tell.start(step);
    tell.end('g/x', exit(1));
    expect((await look()).find(line => line.includes(' x '))).toBe('    ⚠ x 1.0 s exit 1');
    tell.end('g/y');
    tell.end('g');
    expect((await look()).find(line => line.includes(' x '))).toBe('    ⚠ x 1.0 s exit 1, tolerated');
  });

  it('has failed for good, with the group that it failed in', async () => {
    const tolerating = {
      ...gather('g', [run('x'), run('y'), run('z')]),
      tolerate: { type: 'count', count: 1 },
    } as const;
    const plan = planOf(steps('root', [tolerating]));
    const { tell, look, terminal, clock } = await stageLive({ plan, features: { title: true, bar: true } });
    for (const step of ['g', 'g/x', 'g/y', 'g/z']) tell.start(step);
    tell.end('g/x', exit(1));
    expect(await look()).toContainEqual('    ⚠ x 1.0 s exit 1');
    expect(terminal.written).not.toContain('✖');
    tell.end('g/y', exit(2));
    tell.end('g/z', { state: 'cancelled', reason: { type: 'sibling-failed', step: 'g/y' } });
    tell.end('g', childFailed('g/x'));
    expect((await look()).filter(line => line.includes('✖'))).toEqual([
      expect.stringContaining('✖ g 1.0 s'),
      '    ✖ x 1.0 s exit 1',
      '    ✖ y 1.0 s exit 2',
    ]);
    clock.advance(200);
    expect(terminal.written).toContain(']2;✖ ');
  });

  it('counts down to the next attempt and the next tick', async () => {
    const { tell, look, clock } = await stageLive();
    tell.start('fetch');
    tell.event({ type: 'attempt.finished', step: 'fetch', t: 0, attempt: 1, outcome: exit(7), durationMs: 1 });
    tell.event({ type: 'step.retrying', step: 'fetch', t: 0, attempt: 2, delayMs: 3000, failure: { type: 'exit' } });
    tell.start('deploy', { tick: 1 });
    tell.print('deploy', 'beat\n');
    tell.event({ type: 'tick.waiting', step: 'deploy', t: 0, tick: 2, delayMs: 3_600_000 });
    expect(await look()).toEqual([
      '* tour 0.2 s  0/4 done · 2 waiting',
      '  ⚠ fetch 0.2 s exit 7, attempt 2 in 3 s',
      '  ◻ deploy 0.2 s tick 2 in 1h 00m › beat',
    ]);
    clock.advance(1500);
    expect((await look())[1]).toBe('  ⚠ fetch 1.9 s exit 7, attempt 2 in 2 s');
  });

  it('shows how much of an answer has come, how fast, and when the rest will be there', async () => {
    const { tell, look } = await stageLive();
    tell.start('fetch');
    tell.print('fetch', 'bytes\n');
    tell.event({ type: 'step.progress', step: 'fetch', t: 0, bytes: 12_300_000, total: 100_000_000, rate: 1_200_000 });
    expect((await look())[1]).toMatch(/fetch 0\.\d s 12\.3 MB of 100\.0 MB, 1\.2 MB\/s, 1m 13s left$/);
    tell.event({ type: 'step.progress', step: 'fetch', t: 0, bytes: 500, rate: 0 });
    expect((await look())[1]).toMatch(/fetch 0\.\d s 500 B, 0 B\/s$/);
    tell.start('fetch', { attempt: 2 });
    expect((await look())[1]).not.toContain('B/s');
  });

  it('says what is being stopped, and why', async () => {
    const { tell, look } = await stageLive();
    tell.start('fetch');
    tell.event({ type: 'run.cancelling', t: 0, reason: { type: 'interrupted', signal: 'SIGINT' } });
    tell.event({ type: 'step.stopping', step: 'fetch', t: 0, pid: 7, signal: 'SIGTERM', graceMs: 5000 });
    expect(await look()).toEqual([
      '* tour 0.2 s  stopping: interrupted by Ctrl-C (SIGINT) · 0/4 done · 1 running',
      '  * fetch 0.2 s stopping (SIGTERM, pid 7), SIGKILL in 5 s',
    ]);
    tell.event({
      type: 'step.stopping',
      step: 'fetch',
      t: 0,
      pid: 7,
      signal: 'SIGTERM',
      graceMs: 4000,
      waitedMs: 1000,
    });
    expect((await look())[1]).toMatch(
      /^ {2}\* fetch 0\.\d s waiting for ".*" \(pid 7\), 4 s left; Ctrl-C again kills$/,
    );
    tell.event({ type: 'run.cancelling', t: 0, reason: { type: 'interrupted', signal: 'SIGINT' }, forced: true });
    expect((await look())[1]).toMatch(/, 4 s left$/);
  });

  it('makes way for a program that has the terminal, draws nothing meanwhile, and comes back below it', async () => {
    const { tell, look, terminal, reporter, clock } = await stageLive({ before: '$ runjobs plan.json\r\n' });
    tell.start('fetch');
    expect(await look()).toContain('  * fetch 0.2 s');
    reporter.lend?.();
    expect(await terminal.screen()).toEqual(['$ runjobs plan.json']);
    expect(terminal.isCursorVisible).toBe(true);
    void terminal.write('Password:\r\n');
    tell.event({ type: 'warning', t: 0, step: 'fetch', message: 'something' });
    tell.print('fetch', 'a line\n');
    // Nor when the run was stopped and goes on, as by Ctrl-Z and fg.
    reporter.suspend?.();
    reporter.proceed?.();
    clock.advance(5000);
    expect(await look()).toEqual(['$ runjobs plan.json', 'Password:']);
    reporter.takeBack?.();
    expect(await look()).toEqual([
      '$ runjobs plan.json',
      'Password:',
      '⚠ fetch: something',
      '* tour 5.6 s  0/4 done · 1 running',
      '  * fetch 5.6 s › a line',
    ]);
    expect(terminal.isCursorVisible).toBe(false);
  });

  it('draws nothing over a shell that has put it into the background, and comes back below what stands there then', async () => {
    let isBehind = false;
    const before = '$ runjobs plan.json\r\n';
    const { tell, look, terminal, clock } = await stageLive({ before, isBehind: () => isBehind });
    tell.start('fetch');
    const drawn = await look();
    isBehind = true;
    clock.advance(200);
    expect(terminal.isCursorVisible).toBe(true);
    void terminal.write('$ ls\r\n');
    tell.event({ type: 'warning', t: 0, step: 'fetch', message: 'something' });
    clock.advance(5000);
    expect(await look()).toEqual([...drawn, '$ ls']);
    isBehind = false;
    expect((await look()).slice(drawn.length)).toEqual([
      ...['$ ls', '⚠ fetch: something', '* tour 5.8 s  0/4 done · 1 running', '  * fetch 5.8 s'],
    ]);
    expect(terminal.isCursorVisible).toBe(false);
  });

  it('says how the run has ended in the background, too, where nothing was ever drawn', async () => {
    const { tell, look, terminal, reporter } = await stageLive({ before: '$\r\n', isBehind: () => true });
    tell.start('fetch');
    expect(await look()).toEqual(['$']);
    tell.end('fetch', exit(1));
    tell.finish(childFailed('fetch'), 1);
    await reporter.close();
    expect((await terminal.screen()).slice(0, 3)).toEqual([
      ...['$', expect.stringMatching(/^✖ tour failed after/), '  ✖ fetch 1.0 s exit 1'],
    ]);
  });

  it('leaves what stood there when nobody wants the rest of a run that is told again, and says nothing of its end', async () => {
    const { tell, look, terminal, reporter, clock } = await stageLive({ before: '$ runjobs replay\r\n' });
    tell.start('fetch');
    tell.end('fetch', exit(1));
    const drawn = await look();
    await reporter.leave?.();
    tell.start('deploy');
    clock.advance(5000);
    await reporter.close();
    expect(await look()).toEqual(drawn);
    expect(terminal.isCursorVisible).toBe(true);
  });

  it('leaves the last state, a summary, each failed step with its facts, and a visible cursor', async () => {
    const { tell, terminal, reporter, clock } = await stageLive();
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
      '',
      '↓ fetch skipped: "build/lint" failed before it',
      '↓ deploy skipped: "build/lint" failed before it',
    ]);
    expect(terminal.isCursorVisible).toBe(true);
  });

  it('shows the last line of a plan that is one command', async () => {
    const { tell, look, reporter, terminal } = await stageLive({ plan: planOf(run('root', 'echo hi'), 'hello') });
    expect(await look()).toEqual(['* hello 0.2 s']);
    tell.event({ type: 'step.retrying', step: '.', t: 0, attempt: 2, delayMs: 5000, failure: { type: 'exit' } });
    expect(await look()).toEqual(['* hello 0.4 s  attempt 2 in 5 s']);
    tell.start('.', { attempt: 2 });
    tell.print('.', 'Hello\n');
    expect(await look()).toEqual(['* hello 0.6 s  attempt 2', '  › Hello']);
    tell.end('.');
    tell.finish();
    await reporter.close();
    expect(await terminal.screen()).toEqual(['✔ hello succeeded in 0.6 s: 1 succeeded', '  › Hello']);
  });

  it('says what a step without a name does', async () => {
    const { tell, look } = await stageLive({ plan: planOf(steps('root', [sleep('1', 1000), run('2', 'echo hi')])) });
    tell.start('1');
    tell.end('1', ok, { durationMs: 1000 });
    tell.start('2');
    expect((await look()).slice(1)).toEqual(['  ✔ 1: sleep 1s 1.0 s', '  * 2: echo hi 0.2 s']);
  });

  it('tells a run that was stopped by its own glyph', async () => {
    const { tell, reporter, terminal } = await stageLive();
    const outcome = { state: 'cancelled', reason: { type: 'aborted' } } as const;
    tell.event({ type: 'run.cancelling', t: 0, reason: outcome.reason });
    tell.end('.', outcome);
    tell.finish(outcome, 1);
    await reporter.close();
    expect(await terminal.screen()).toEqual(['◼ tour cancelled after 0.0 s, aborted by the caller']);
  });

  it('prints warnings above itself, to stay', async () => {
    const { tell, look, reporter, terminal } = await stageLive();
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

it('a run that goes on says so above the live view, to stay', async () => {
  const { tell, look } = await stageLive();
  tell.event({ type: 'run.started', v: 1, run: 'r1', name: 'tour', at: '', resumed: { count: 1, taken: 3 } });
  const line = '↻ run r1 goes on: 3 steps are taken over';
  expect((await look())[0]).toBe(line);
  expect((await look()).filter(other => other === line)).toHaveLength(1);
});

describe('the paint of the live view', () => {
  it('comes at most ten times a second, however much happens', async () => {
    const { tell, clock, terminal } = await stageLive({ plan: WIDE });
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
    const { terminal, clock, tell, reporter } = await stageLive();
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
    const { tell, clock, terminal, look } = await stageLive();
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
    const { tell, look, terminal, clock } = await stageLive({ plan: WIDE, columns, rows });
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
    const { tell, look, terminal } = await stageLive({ plan: WIDE });
    Object.assign(terminal, { columns: undefined, rows: undefined });
    for (let n = 1; n <= 50; n++) tell.start(`s${n}`);
    expect((await look()).length).toBe(23);
  });

  it('has colours when asked, and nothing but the cursor’s moves otherwise', async () => {
    const [plain, coloured] = [await stageLive(), await stageLive({ colour: true })];
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

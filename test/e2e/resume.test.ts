/** Whatever kills a run, what was done is not done again. */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printed, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { crash, say, stage, wait } from '../support/crashes.ts';

/** Starts the stage's plan, kills runjobs when a step is ready, and resumes once the step may go on. */
async function killed(at: ReturnType<typeof stage>, { signal = 'SIGKILL', args = [], ended = '' }: Kill = {}) {
  const first = at.start(...args);
  await printed(first, '] ready');
  const isEnded = (journal: string) => journal.includes(`"type":"step.finished","step":"${ended}"`);
  if (ended !== '') await until(() => isEnded(readFileSync(at.journal(), 'utf8')));
  first.kill(signal);
  await first;
  // The watchdog ends what is left: only then may it go on.
  await until(() => at.left().length === 0);
  at.go();
}

interface Kill {
  readonly signal?: 'SIGKILL' | 'SIGINT';
  readonly args?: readonly string[];
  /** The step that must have ended before. */
  readonly ended?: string;
}

describe('resume', () => {
  it('starts what had not ended, and no step twice that had succeeded', async () => {
    const at = stage({
      steps: [
        { id: 'a', run: say('a') },
        {
          id: 'g',
          gather: [
            { id: 'x', run: say('x') },
            { id: 'y', run: wait('y') },
          ],
        },
        { id: 'b', run: say('b') },
      ],
      finally: [say('finally')],
    });
    await killed(at, { ended: 'g/x' });
    const { exitCode, stdout } = await at.resume();
    expect(exitCode).toBe(0);
    expect(String(stdout)).toContain('goes on: 2 steps are taken over');
    const [first, one, other, ...rest] = at.done();
    // x and y run at the same time.
    expect([first, ...[one, other].sort(), ...rest]).toEqual(['a', 'x', 'y', 'y', 'y-end', 'b', 'finally']);
  });

  it('ends what the dead run has left first', async () => {
    const at = stage({ stop: { grace: '300ms' }, steps: [{ run: `trap "" TERM; ${wait('a')}` }, say('b')] });
    const first = at.start();
    await printed(first, '] ready');
    first.kill('SIGKILL');
    await first;
    const second = at.resume();
    await printed(second, '] ready');
    // One step and its sleep, not those of the dead run beside them.
    expect(at.done()).toEqual(['a', 'a']);
    at.go();
    expect((await second).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'a', 'a-end', 'b']);
    expect(at.left()).toEqual([]);
  });

  it.each([true, false])(
    'says that it waits for what the dead run has left, and kills it on the second Ctrl-C: lock %s',
    async lock => {
      const steps = [{ run: `trap "" TERM; ${wait('a')}` }];
      const at = stage({ ...(lock ? { lock } : {}), stop: { grace: '1h' }, steps });
      const first = at.start();
      await printed(first, '] ready');
      first.kill('SIGKILL');
      await first;
      const second = at.resume();
      await printed(second, ' has left, 3602 s at most');
      // Two that come at once are one.
      const again = setInterval(() => second.kill('SIGINT'), 100);
      expect((await second).signal).toBe('SIGINT');
      clearInterval(again);
      expect([at.left(), at.done()]).toEqual([[], ['a']]);
    },
  );

  it('goes on with the tick that was broken off, and counts those before', async () => {
    const third = '[ "$(wc -l < "$DONE")" -eq 3 ] && ! [ -e "$GO" ]';
    const body = `echo "$RUNJOBS_TICK" >> "$DONE"; if ${third}; then echo ready; sleep 60; fi`;
    const at = stage({ steps: [{ id: 't', run: body, every: { interval: '50ms', times: 4 } }] });
    await killed(at);
    expect((await at.resume()).exitCode).toBe(0);
    const ticks = at.done().map(Number);
    expect(ticks).toHaveLength(5);
    expect(ticks[3]).toBe(ticks[2]);
    // A slow machine leaves ticks out.
    expect(ticks).toEqual(ticks.toSorted((one, other) => one - other));
    expect(new Set(ticks).size).toBe(4);
  });

  it('goes on with the attempt that was broken off', async () => {
    const body = `echo "a$RUNJOBS_ATTEMPT" >> "$DONE"; [ "$RUNJOBS_ATTEMPT" = 2 ] || exit 1; [ -e "$GO" ] || { echo ready; sleep 60; }`;
    const at = stage({ steps: [{ id: 'a', run: body, retry: { times: 3, delay: '10ms' } }] });
    await killed(at);
    expect((await at.resume()).exitCode).toBe(0);
    expect(at.done()).toEqual(['a1', 'a2', 'a2']);
  });

  it('starts background steps and those with rerun again', async () => {
    const at = stage({
      steps: [
        { id: 'login', run: say('login'), rerun: true },
        { id: 'server', run: `${say('server')}; sleep 100`, background: true },
        { id: 'a', run: say('a') },
        { id: 'b', run: wait('b') },
      ],
    });
    await killed(at);
    expect((await at.resume()).exitCode).toBe(0);
    const done = at.done();
    expect(done.filter(word => word === 'login')).toHaveLength(2);
    expect(done.filter(word => word === 'server')).toHaveLength(2);
    expect(done.filter(word => word === 'a')).toHaveLength(1);
  });

  it('goes on with a run that was interrupted, and with one that has failed', async () => {
    const at = stage({ steps: [say('a'), wait('b'), `[ -e "$DONE.fixed" ] || exit 4; ${say('c')}`] });
    await killed(at, { signal: 'SIGINT' });
    expect((await at.resume()).exitCode).toBe(1);
    expect(at.done()).toEqual(['a', 'b', 'b', 'b-end']);
    writeFileSync(join(at.state, '..', 'done.fixed'), '');
    expect((await at.resume()).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'b', 'b', 'b-end', 'c']);
  });

  it('appends to the logs, and leaves the journal one whole story', async () => {
    const at = stage({ steps: [{ id: 'a', run: `echo again; ${wait('a')}` }] });
    await killed(at);
    await at.resume();
    expect(readFileSync(join(at.runFolder(), 'logs', 'a.log'), 'utf8')).toBe('again\nready\nagain\nready\n');
    const events = readFileSync(at.journal(), 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(events.filter(({ type }) => type === 'run.started').map(({ resumed }) => resumed)).toEqual([
      undefined,
      { count: 1, taken: 0 },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: 0 });
    expect(JSON.parse(readFileSync(join(at.runFolder(), 'result.json'), 'utf8'))).toMatchObject({
      resumed: 1,
      exitCode: 0,
      outcome: { state: 'succeeded' },
      counts: { succeeded: 1 },
    });
  });

  it('of a run that has succeeded says so, and starts nothing', async () => {
    const at = stage({ run: say('a') });
    await at.start();
    const { exitCode, stderr } = await at.resume();
    expect(exitCode).toBe(0);
    expect(String(stderr)).toMatch(/^runjobs: \S+ has succeeded: there is nothing to resume\n$/);
    expect(at.done()).toEqual(['a']);
  });

  it('of a run that is alive is refused with 75, and disturbs it not', async () => {
    const at = stage({ steps: [wait('a'), say('b')] });
    const first = at.start();
    await printed(first, '] ready');
    const { exitCode, stderr, stdout } = await at.resume();
    expect(exitCode).toBe(75);
    expect(String(stderr)).toMatch(
      new RegExp(`^runjobs: \\S+ is alive, in process ${first.pid}; nothing was started\\.`),
    );
    expect(String(stdout)).toBe('');
    at.go();
    expect((await first).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'a-end', 'b']);
  });

  it('by several at once goes on in one of them', async () => {
    const at = stage({ steps: [say('a'), wait('b'), say('c')] });
    await killed(at);
    const codes = await Promise.all(Array.from({ length: 5 }, async () => (await at.resume()).exitCode));
    // Who comes when it has succeeded finds nothing to do.
    expect(codes.filter(code => code !== 0 && code !== 75)).toEqual([]);
    expect(at.done().filter(word => word === 'c')).toEqual(['c']);
    expect(at.done().filter(word => word === 'b-end')).toEqual(['b-end']);
  });

  it('of a changed plan is refused with the steps that changed; --force takes over the others', async () => {
    const plan = {
      steps: [
        { id: 'a', run: say('a') },
        { id: 'b', run: say('b') },
        { id: 'c', run: wait('c') },
      ],
    };
    const at = stage(plan);
    await killed(at);
    const changed = JSON.parse(readFileSync(at.file, 'utf8'));
    changed.steps[1].run = say('new-b');
    writeFileSync(at.file, JSON.stringify(changed));
    const refused = await at.resume();
    expect(refused.exitCode).toBe(2);
    expect(String(refused.stderr)).toMatch(/has changed since \S+ began: "b"; nothing was started/);
    expect(at.done()).toEqual(['a', 'b', 'c']);
    expect((await at.resume('--force')).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'b', 'c', 'new-b', 'c', 'c-end']);
  });

  it('of a plan whose file is gone is refused, and goes on with the copy when forced', async () => {
    const at = stage({ steps: [say('a'), wait('b')] });
    await killed(at);
    renameSync(at.file, `${at.file}.old`);
    const refused = await at.resume();
    expect(refused.exitCode).toBe(2);
    expect(String(refused.stderr)).toMatch(
      /^runjobs: the plan of \S+ is not there any more: .*plan\.json; nothing was started\.\n/,
    );
    expect((await at.resume('--force')).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'b', 'b', 'b-end']);
  });

  it('of a plan whose folder was moved goes on there, and where it began when it was copied', async () => {
    const around = temporaryFolder();
    const at = (name: string) => join(around, name);
    mkdirSync(at('old'));
    const steps = ['echo a >> done', '[ -e ../go ] || exit 1', 'echo b >> done'];
    writeFileSync(join(at('old'), 'p.json'), JSON.stringify({ steps }));
    const there = (name: string, ...args: string[]) => runjobs(args, { cwd: at(name) });
    const done = (name: string) => readFileSync(join(at(name), 'done'), 'utf8');
    expect((await there('old', 'p.json')).exitCode).toBe(1);
    cpSync(at('old'), at('copy'), { recursive: true });
    const copied = await there('copy', 'resume');
    expect(copied.stderr).toContain(`goes on where it began, with ${at('old')}/p.json, not with ${at('copy')}/p.json`);
    renameSync(at('old'), at('new'));
    writeFileSync(at('go'), '');
    const { exitCode, stderr } = await there('new', 'resume');
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringContaining(`is ${at('new')}/p.json now: it goes on with that`),
    ]);
    expect([done('copy'), done('new')]).toEqual(['a\n', 'a\nb\n']);
  });

  it('of a plan that came through standard input goes on with what it was', async () => {
    const folder = temporaryFolder();
    const input = JSON.stringify({
      steps: ['echo a >> done', 'echo b >> done; [ -e go ] || { echo ready; sleep 60; }'],
    });
    const first = runjobs(['-', '--state-dir', folder], { cwd: folder, input, stdin: 'pipe' });
    await printed(first, '] ready');
    first.kill('SIGKILL');
    await first;
    writeFileSync(join(folder, 'go'), '');
    const [run = ''] = readdirSync(join(folder, 'runs'));
    expect((await runjobs(['resume', join(folder, 'runs', run)])).exitCode).toBe(0);
    expect(readFileSync(join(folder, 'done'), 'utf8')).toBe('a\nb\nb\n');
  });

  it('keeps -j and --timeout of the command line that began the run', async () => {
    const at = stage({ gather: [wait('a'), say('b')], failFast: false });
    await killed(at, { args: ['-j', '1', '--timeout', '1h'] });
    await at.resume();
    expect(JSON.parse(readFileSync(join(at.runFolder(), 'plan.json'), 'utf8')).overrides).toEqual({
      slots: 1,
      timeoutMs: 3_600_000,
    });
    expect(at.done()).toEqual(['a', 'a', 'a-end', 'b']);
  });
});

describe('a journal', () => {
  const broken = async () => {
    const at = stage({ steps: [say('a'), say('b'), wait('c')] });
    await killed(at);
    return at;
  };

  it.each([
    ['whose last line is torn', '{"type":"step.finis'],
    ['that ends in zeros, as after a loss of power', '\0\0\0\0\0\0'],
  ])('%s goes on behind the last whole line', async (_, rest) => {
    const at = await broken();
    appendFileSync(at.journal(), rest);
    expect((await at.resume()).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'b', 'c', 'c', 'c-end']);
    for (const line of readFileSync(at.journal(), 'utf8').trimEnd().split('\n')) JSON.parse(line);
  });

  it.each([
    ['empty', (file: string) => truncateSync(file, 0)],
    ['gone', (file: string) => rmSync(file)],
  ])('that is %s though steps have printed is refused; with --force everything starts again', async (_, spoil) => {
    const at = await broken();
    spoil(at.journal());
    const refused = await at.resume();
    expect(refused.exitCode).toBe(2);
    expect(String(refused.stderr)).toMatch(
      /^runjobs: the journal of \S+ is empty or gone, though its steps have printed/,
    );
    expect(at.done()).toEqual(['a', 'b', 'c']);
    expect((await at.resume('--force')).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'c-end']);
    expect(JSON.parse(readFileSync(at.journal(), 'utf8').split('\n')[0] ?? '')).not.toHaveProperty('resumed');
  });

  it('that is empty because the run was killed before it began lets it begin', async () => {
    const at = stage({ steps: [say('a')] });
    await at.start();
    truncateSync(at.journal(), 0);
    rmSync(join(at.runFolder(), 'result.json'));
    expect((await at.resume()).exitCode).toBe(0);
    expect(at.done()).toEqual(['a', 'a']);
  });

  it.each([
    ['of a newer version', (text: string) => text.replace('"v":1', '"v":9'), /written by a newer runjobs \(version 9/],
    [
      'damaged in the middle',
      (text: string) => text.replace('\n', '\nrubbish\n'),
      /journal\.ndjson:2: an event that is known here should stand in this line/,
    ],
  ])('%s is refused, and left as it is', async (_, change, message) => {
    const at = await broken();
    writeFileSync(at.journal(), change(readFileSync(at.journal(), 'utf8')));
    const before = readFileSync(at.journal(), 'utf8');
    const { exitCode, stderr } = await at.resume();
    expect(exitCode).toBe(2);
    expect(String(stderr)).toMatch(message);
    expect(String(stderr)).not.toMatch(/\n\s+at /);
    expect(readFileSync(at.journal(), 'utf8')).toBe(before);
    expect(at.done()).toEqual(['a', 'b', 'c']);
  });

  it.each(['plain', 'quiet'])(
    'that cannot be written any more stops the run with 74, and names it: %s',
    async reporter => {
      const at = stage({ run: say('t'), every: { interval: '10ms', times: 500 } });
      // No file may grow beyond four kilobytes: the journal needs more.
      const { execa } = await import('execa');
      const { BIN, ENV } = await import('../support/cli.ts');
      const limited = `trap '' XFSZ; ulimit -f 4; exec "$@"`;
      const args = [at.file, '--state-dir', at.state, '--reporter', reporter];
      const result = await execa('bash', ['-c', limited, 'sh', process.execPath, BIN, ...args], {
        env: ENV,
        extendEnv: false,
        reject: false,
      });
      expect(result.exitCode).toBe(74);
      expect(result.stdout).toMatch(/the journal cannot be written: it is larger than files may be here$/m);
      // The event that did not fit may be that of a start.
      const recorded = readFileSync(at.journal(), 'utf8').split('"type":"step.started"').length - 1;
      expect([recorded, recorded + 1]).toContain(at.done().length);
      expect(recorded).toBeLessThan(40);
      expect(at.left()).toEqual([]);
    },
  );
});

it('killed at any instant, any number of times, and resumed, each step that was recorded as succeeded ran once', async () => {
  const { crashes, wrong } = await crash(8, 1);
  expect(wrong).toEqual([]);
  expect(crashes).toBeGreaterThan(8);
}, 240_000);

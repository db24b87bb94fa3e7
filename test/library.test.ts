import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  LockHeldError,
  loadPlan,
  PlanError,
  type PlanInput,
  RunActiveError,
  type RunEvent,
  type RunOptions,
  run,
} from '../src/index.ts';
import { lockPlan } from '../src/journal/plan-lock.ts';

let stateDir = '';
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'runjobs-library-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

describe('what is given to a plan', () => {
  const plan = { inputs: { A: { type: 'number' }, B: { default: 'b' } }, run: 'echo "$A $B $C"' } as const;

  it('has the values of --set and the files of --env-file', async () => {
    const file = join(stateDir, 'a.env');
    writeFileSync(file, 'B=file\nC=file');
    let text = '';
    const result = await run(plan, {
      stateDir,
      set: { A: 1 },
      envFile: file,
      onEvent: event => {
        if (event.type === 'step.output') text += event.text;
      },
    });
    expect([result.exitCode, text]).toEqual([0, '1 b file\n']);
  });

  it('is refused with every problem, and nothing starts', async () => {
    const wrong = run(plan, { stateDir, set: { A: 'x', D: '' } });
    await expect(wrong).rejects.toThrow(PlanError);
    await expect(wrong).rejects.toMatchObject({
      problems: [
        { message: '--set D: the plan has no such input; it has A, B' },
        { message: 'input A: expected a number, got "x"' },
      ],
    });
    await expect(run(plan, { stateDir })).rejects.toThrow('input A is missing: a number; give it with --set A=…');
    await expect(run({ ...plan, secrets: ['A', 'S'] }, { stateDir, env: {} })).rejects.toMatchObject({
      problems: [
        { message: expect.stringContaining('input A is missing') },
        { message: expect.stringContaining('the secret "S" has no value') },
      ],
    });
    await expect(run(plan, { stateDir, envFile: ['none.env'] })).rejects.toThrow('none.env: no such file');
    expect(existsSync(join(stateDir, 'runs'))).toBe(false);
  });

  it('is checked by loadPlan, as far as it is given', async () => {
    const file = join(stateDir, 'plan.json');
    writeFileSync(file, JSON.stringify({ ...plan, run: ['echo', `\${C}`] }));
    const messages = async (options: Parameters<typeof loadPlan>[1]) => {
      const loaded = await loadPlan(file, options);
      return loaded.type === 'rejected' ? loaded.problems.map(({ message }) => message) : [];
    };
    expect(await messages({ env: { C: '' } })).toEqual([]);
    expect(await messages({ env: { C: '' }, set: { A: 'x' } })).toEqual(['input A: expected a number, got "x"']);
    expect(await messages({ env: {} })).toEqual([expect.stringMatching(/^nothing sets "C"/)]);
    expect(await messages({ env: {}, envFile: 'none.env' })).toEqual(['no such file']);
  });
});

describe('options', () => {
  it.each([
    [{ nope: 1 }, 'options.nope is no option'],
    [{ onevent() {} }, 'options.onevent is no option, did you mean "onEvent"?'],
    [{ signal: 5 }, 'options.signal must be an AbortSignal, got 5'],
    [{ onEvent: 'x' }, 'options.onEvent must be a function, got "x"'],
    [{ slots: 0 }, 'options.slots must be a whole number from 1, got 0'],
    [{ queue: 'redis://h' }, 'options.queue must be an object with an address, got "redis://h"'],
    [{ queue: { adress: 'redis://h' } }, 'options.queue.adress is no option, did you mean "address"?'],
    [{ queue: {} }, 'options.queue.address is missing: a text'],
    [{ queue: { address: 'redis://h', password: 31337 } }, 'options.queue.password must be a text, got a number'],
    [{ env: { TOKEN: 31337 } }, 'options.env.TOKEN must be a text, got a number'],
    [{ set: { A: { b: 1 } } }, 'options.set.A must be a text, a number, true or false, got an object'],
    [{ envFile: ['a.env', 5] }, 'options.envFile[1] must be a text, got 5'],
    [{ stateDir: '' }, 'options.stateDir must be a path, got ""'],
    [() => {}, 'options must be an object, got a function'],
    [5, 'options must be an object, got 5'],
  ])('%j are refused in words, before anything starts', async (options, words) => {
    const file = join(stateDir, 'started');
    const error = await run({ run: `touch ${file}` }, options as RunOptions).catch(caught => caught);
    expect([error.name, error.message]).toEqual(['TypeError', expect.stringContaining(words)]);
    await expect(loadPlan({ run: 'true' }, options as RunOptions)).rejects.toThrow(words);
    expect(existsSync(file)).toBe(false);
  });

  it('that are undefined are not given, nor are variables', async () => {
    const env = { ...process.env, A: undefined };
    const none = { env, set: { B: undefined }, envFile: undefined, signal: undefined, queue: undefined };
    const all: RunOptions = { ...none, onEvent: undefined, slots: undefined, stateDir };
    const plan: PlanInput = { inputs: { B: { default: 'b' } }, run: '[ "${A-none} $B" = "none b" ]' };
    expect((await run(plan, all)).exitCode).toBe(0);
    const asking = await loadPlan({ run: ['echo', '${A}'] }, { env });
    expect(asking).toMatchObject({ problems: [{ message: expect.stringMatching(/^nothing sets "A"/) }] });
  });

  it('of a plan that is an object are those of one in a file', async () => {
    const wrong = await loadPlan({ rnu: 'true' } as PlanInput);
    expect(wrong).toMatchObject({
      type: 'rejected',
      problems: [{ message: expect.stringContaining('did you mean "run"') }],
    });
    expect(await loadPlan({ run: 'true' }, { set: {}, envFile: [] })).toMatchObject({ type: 'loaded' });
  });
});

describe('the current folder', () => {
  const here = process.cwd();
  afterEach(() => process.chdir(here));

  it('is that of the call, wherever the process has gone by the time the plan is read', async () => {
    writeFileSync(join(stateDir, 'plan.yaml'), 'run: "[ $A = a ]"');
    writeFileSync(join(stateDir, 'a.env'), 'A=a');
    const options: RunOptions = { envFile: 'a.env', stateDir: 'kept' };
    for (const plan of ['plan.yaml', { use: 'plan.yaml' }]) {
      process.chdir(stateDir);
      const running = run(plan, options);
      process.chdir('/');
      expect((await running).exitCode).toBe(0);
    }
    expect(readdirSync(join(stateDir, 'kept/runs'))).toHaveLength(2);
  });

  it('that is not there any more is told, and starts nothing', async () => {
    const gone = join(stateDir, 'gone');
    mkdirSync(gone);
    process.chdir(gone);
    rmdirSync(gone);
    await expect(run({ run: 'true' }, { stateDir })).rejects.toThrow(/^the current folder is not there any more/);
    await expect(loadPlan({ run: 'true' })).rejects.toThrow(/^the current folder is not there any more/);
    process.chdir(here);
    expect((await run({ run: 'true' }, { stateDir })).exitCode).toBe(0);
  });
});

describe('run', () => {
  it('takes an object, and resolves with the outcome of every step', async () => {
    const result = await run(
      { steps: [{ id: 'a', run: 'true' }, { id: 'b', run: 'exit 3' }, 'echo never'] },
      { stateDir },
    );
    expect(result.outcome).toEqual({ state: 'failed', reason: { type: 'child', step: 'b' }, exitCode: 3 });
    expect(result.exitCode).toBe(1);
    expect([...result.steps].map(([path, { state }]) => [path, state])).toEqual([
      ['a', 'succeeded'],
      ['b', 'failed'],
      ['3', 'skipped'],
      ['.', 'failed'],
    ]);
  });

  it('takes a path, and hands every event to the listener in order', async () => {
    const file = join(stateDir, 'plan.yaml');
    writeFileSync(file, 'run: echo "$GREETING"');
    const events: RunEvent[] = [];
    await run(file, {
      stateDir,
      env: { ...process.env, GREETING: 'hello' } as Record<string, string>,
      onEvent: event => void events.push(event),
    });
    expect(events.map(({ type }) => type)).toEqual([
      'run.started',
      'step.started',
      'step.output',
      'attempt.finished',
      'step.finished',
      'run.finished',
    ]);
    expect(events[2]).toMatchObject({ step: '.', text: 'hello\n' });
    const [id = ''] = readdirSync(join(stateDir, 'runs'));
    expect(readFileSync(join(stateDir, 'runs', id, 'logs/plan.log'), 'utf8')).toBe('hello\n');
  });

  it('refuses a second run while one is active, before anything of it starts, and names the active one', async () => {
    const marker = join(stateDir, 'started');
    const first = run({ name: 'nightly', run: 'sleep 0.2' }, { stateDir });
    const second = run({ run: ['touch', marker] }, { stateDir });
    await expect(second).rejects.toThrow(RunActiveError);
    await expect(second).rejects.toThrow(/"nightly" \(\d{8}-\d{6}-[0-9a-f]{8}\).*"use", "steps" or "gather"/);
    expect((await first).exitCode).toBe(0);
    expect(existsSync(marker)).toBe(false);
  });

  it('can be called again once the first has ended, and sees nothing of it', async () => {
    const before = [process.listenerCount('SIGINT'), process.listenerCount('exit')];
    for (let round = 0; round < 3; round += 1) {
      const { steps } = await run(
        { gather: ['true', { id: `only-${round}`, sleep: '1ms' }], timeout: '1h' },
        { stateDir },
      );
      expect([...steps.keys()].sort()).toEqual(['.', '1', `only-${round}`]);
    }
    expect([process.listenerCount('SIGINT'), process.listenerCount('exit')]).toEqual(before);
  });

  it('may be called again after a plan that was wrong', async () => {
    await expect(run({ steps: [{ rnu: 'x' }] } as never, { stateDir })).rejects.toThrow(PlanError);
    await expect(run('/no/such/plan.json', { stateDir })).rejects.toThrow('no such file');
    expect((await run({ run: 'true' }, { stateDir })).exitCode).toBe(0);
  });

  it.each([null, undefined, 5, ''])('tells what is wrong with %j in the place of a plan', async plan => {
    await expect(run(plan as never, { stateDir })).rejects.toThrow(PlanError);
  });

  it('tells every problem of a wrong plan', async () => {
    const error = await run({ steps: [{ rnu: 'x' }, { run: 5 }], slots: 0 } as never, { stateDir }).catch(
      caught => caught,
    );
    expect(error).toBeInstanceOf(PlanError);
    expect((error as PlanError).problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['root.steps[0].rnu', 'root.steps[1].run', 'root.slots']),
    );
  });

  it('is cancelled by its signal, and still runs finally', async () => {
    const abort = new AbortController();
    const said: string[] = [];
    const result = await run(
      { run: 'echo ready; sleep 60', finally: ['echo tidied'] },
      {
        stateDir,
        signal: abort.signal,
        onEvent(event) {
          if (event.type !== 'step.output') return;
          said.push(event.text);
          if (event.text.includes('ready')) abort.abort();
        },
      },
    );
    expect(result.outcome).toMatchObject({ state: 'cancelled', reason: { type: 'aborted' } });
    expect(said).toEqual(['ready\n', 'tidied\n']);
  });

  it('tells no secret: not in events, not in the result; and starts nothing without its value', async () => {
    const plan = { secrets: ['TOKEN'], steps: [{ id: 'a', run: ['${TOKEN}'] }] };
    const events: RunEvent[] = [];
    const env = { ...process.env, TOKEN: 'TOPSECRET' } as Record<string, string>;
    const result = await run(plan, { stateDir, env, onEvent: event => void events.push(event) });
    expect(result.steps.get('a')).toMatchObject({ reason: { message: expect.stringContaining('"***"') } });
    expect(JSON.stringify([...events, ...result.steps, ...result.failures, result.outcome])).not.toContain('TOPSECRET');
    const { TOKEN: _, ...without } = env;
    await expect(run(plan, { stateDir, env: without })).rejects.toThrow(
      /^root\.secrets\[0\]: the secret "TOKEN" has no value/,
    );
    const exposed = { ...plan, name: 'not TOPSECRET' };
    await expect(run(exposed, { stateDir, env })).rejects.toThrow(
      /^root\.name: contains the value of the secret "TOKEN"/,
    );
  });

  it('starts nothing when its signal was aborted before', async () => {
    const marker = join(stateDir, 'started');
    const result = await run({ run: ['touch', marker] }, { stateDir, signal: AbortSignal.abort() });
    expect(result.outcome).toEqual({ state: 'skipped', reason: { type: 'aborted' } });
    expect(result.exitCode).toBe(1);
    expect(existsSync(marker)).toBe(false);
  });

  it('is refused while another run holds the lock, has started nothing then, and takes the lock once it is free', async () => {
    const env = { ...process.env, XDG_STATE_HOME: stateDir } as Record<string, string>;
    const started = join(stateDir, 'started');
    const plan = { lock: 'deploy', run: ['touch', started] };
    const lock = await lockPlan(
      {
        name: 'x',
        lock: { name: 'deploy', waitMs: 0 },
      },
      { run: 'earlier', userState: join(stateDir, 'runjobs') },
    );
    await expect(run(plan, { stateDir, env })).rejects.toThrow(LockHeldError);
    const skipping = { ...plan, lock: { name: 'deploy', held: 'skip' as const } };
    expect(await run(skipping, { stateDir, env })).toMatchObject({
      exitCode: 0,
      outcome: { state: 'skipped', reason: { type: 'locked' } },
    });
    expect(existsSync(started)).toBe(false);
    const waiting = { lock: { name: 'deploy', wait: 'forever' as const }, run: ['touch', started] };
    const aborted = await run(waiting, { stateDir, env, signal: AbortSignal.timeout(50) });
    expect(aborted.outcome.state).toBe('skipped');
    expect(existsSync(started)).toBe(false);
    lock?.release();
    expect((await run(plan, { stateDir, env })).exitCode).toBe(0);
    expect((await run(plan, { stateDir, env })).exitCode).toBe(0);
  });

  it.each<[string, RunEvent['type'], (error: unknown) => unknown]>([
    [
      'throws',
      'run.started',
      error => {
        throw error;
      },
    ],
    [
      'throws at the very end',
      'run.finished',
      error => {
        throw error;
      },
    ],
    ['rejects', 'step.started', error => Promise.reject(error)],
    [
      'rejects in a promise of its own',
      'step.started',
      // biome-ignore lint/suspicious/noThenProperty: promises of other libraries are such objects.
      error => ({ then: (_: unknown, no: (e: unknown) => void) => no(error) }),
    ],
  ])('warns once, as Node does, of a listener that %s, and goes on', async (_, type, fail) => {
    const warned: Error[] = [];
    const hear = (warning: Error) => void warned.push(warning);
    process.on('warning', hear);
    try {
      const thrown = new Error('oops');
      const onEvent = (event: RunEvent) => (event.type === type ? fail(thrown) : undefined);
      expect((await run({ run: 'true' }, { stateDir, onEvent })).exitCode).toBe(0);
      await expect.poll(() => warned).toHaveLength(1);
      expect(warned[0]).toMatchObject({
        name: 'RunjobsWarning',
        message: 'onEvent failed and is called no more: Error: oops',
        detail: thrown.stack,
      });
    } finally {
      process.off('warning', hear);
    }
  });

  it('goes on when the listener throws what cannot be made a text', async () => {
    const onEvent = () => {
      throw Object.create(null);
    };
    const { exitCode, failures } = await run({ run: 'true' }, { stateDir, onEvent });
    expect([exitCode, failures]).toEqual([0, []]);
  });

  it('goes on when an asynchronous listener rejects', async () => {
    let calls = 0;
    const result = await run(
      { steps: ['echo a', 'echo b'] },
      {
        stateDir,
        async onEvent() {
          calls += 1;
          throw new Error('oops');
        },
      },
    );
    expect(result.exitCode).toBe(0);
    expect(calls).toBeLessThan(5);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s slots before anything starts, and can be called again', async slots => {
    await expect(run({ run: 'true' }, { stateDir, slots })).rejects.toThrow(`a whole number from 1, got ${slots}`);
    expect((await run({ run: 'true' }, { stateDir })).exitCode).toBe(0);
  });

  it('goes on when the listener throws, and calls it no more', async () => {
    let calls = 0;
    const result = await run(
      { run: 'true' },
      {
        stateDir,
        onEvent() {
          calls += 1;
          throw new Error('oops');
        },
      },
    );
    expect(result.exitCode).toBe(0);
    expect(calls).toBe(1);
  });
});

describe('a cron pattern in an object', () => {
  it('is checked before anything starts', async () => {
    const error = await run({ run: 'true', every: { cron: '0 0 30 2 *' } }).catch(thrown => thrown);
    expect(error).toBeInstanceOf(PlanError);
    expect(String(error.message)).toContain('no day is ever like "0 0 30 2 *"');
  });
});

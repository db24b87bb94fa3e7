/** What a run does with secrets: which values it learns, when, and what of its output is kept and told. */
import { describe, expect, it } from 'vitest';
import type { ExecuteContext, Sources } from '../../src/engine/executor.ts';
import { openRun } from '../../src/engine/run.ts';
import { secretProblems } from '../../src/engine/secret-values.ts';
import { Variables } from '../../src/engine/variables.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import type { RunEvent } from '../../src/events/event.ts';
import { maskedEvent } from '../../src/events/masked.ts';
import type { Outcome } from '../../src/events/outcome.ts';
import { createSecrets } from '../../src/events/secrets.ts';
import type { ForEachStep, LeafStep, Save, Step } from '../../src/plan/plan.ts';
import { forEach, leaf, plan, steps } from '../support/steps.ts';

const GOOD: Outcome = { state: 'succeeded', exitCode: 0 };

interface Options {
  readonly secrets?: readonly string[];
  readonly env?: Record<string, string>;
  readonly sources?: Sources;
  /** What each leaf does, by its path; default: nothing. */
  readonly does?: Readonly<Record<string, (context: ExecuteContext) => Outcome>>;
}

async function play(root: Step, { secrets: names = ['TOKEN'], env = {}, sources, does = {} }: Options) {
  const clock = createVirtualClock();
  const events: RunEvent[] = [];
  const logs = new Map<string, string>();
  const secrets = createSecrets();
  const run = openRun({
    plan: { ...plan(root), secrets: names },
    id: 'test-run',
    executor: {
      async execute(_: LeafStep, context) {
        context.started();
        return does[context.path]?.(context) ?? GOOD;
      },
    },
    clock,
    env,
    secrets,
    ...(sources === undefined ? {} : { sources }),
    logs: {
      open: name => ({
        name,
        get size() {
          return (logs.get(name) ?? '').length;
        },
        get isEmpty() {
          return !logs.has(name);
        },
        append: bytes => void logs.set(name, (logs.get(name) ?? '') + Buffer.from(bytes).toString()),
        close() {},
      }),
    },
    publish(event) {
      events.push(maskedEvent(secrets, event));
      return undefined;
    },
  });
  const result = await clock.runUntil(run.start());
  const told = (path: string) =>
    events.flatMap(event => (event.type === 'step.output' && event.step === path ? [event.text] : []));
  return { ...result, events, logs, told };
}

const saving = (id: string, save: Save, rerun?: true) => leaf(id, {}, { save, ...(rerun && { rerun }) } as object);
const print = (context: ExecuteContext, ...texts: string[]) => {
  for (const text of texts) void context.write(Buffer.from(text));
};

describe('output', () => {
  it('is masked before it is kept and before it is told, across its pieces', async () => {
    const { logs, told } = await play(leaf('.'), {
      env: { TOKEN: 'TOPSECRET' },
      does: {
        '.'(context) {
          print(context, 'a TOP', 'SEC', 'RET b TOP');
          return GOOD;
        },
      },
    });
    expect(logs.get('.')).toBe('a *** b TOP');
    expect(told('.')).toEqual(['a ', '*** b ', 'TOP']);
  });

  it('of standard output and standard error is masked each by itself', async () => {
    const { logs } = await play(leaf('.'), {
      env: { TOKEN: 'TOPSECRET' },
      does: {
        '.'({ write }) {
          void write(Buffer.from('TOP'), 'out');
          void write(Buffer.from('-'), 'err');
          void write(Buffer.from('SECRET'), 'out');
          return GOOD;
        },
      },
    });
    expect(logs.get('.')).toBe('-***');
  });

  it('that was held back is kept where the attempt fails, and the next attempt begins after it', async () => {
    const { logs, events } = await play(
      leaf('.', {}, { retry: { times: 1, delayMs: 0, factor: 1, maxDelayMs: 0, jitter: 'none' } }),
      {
        env: { TOKEN: 'TOPSECRET' },
        does: {
          '.'(context) {
            print(context, context.attempt === 1 ? 'TOPSEC' : 'TOPSECRET');
            return context.attempt === 1 ? { state: 'failed', reason: { type: 'exit' }, exitCode: 1 } : GOOD;
          },
        },
      },
    );
    expect(logs.get('.')).toBe('TOPSEC***');
    expect(events.findLast(({ type }) => type === 'step.started')).toMatchObject({ attempt: 2, logOffset: 6 });
  });

  it('from which a secret is saved is not shown at all, its errors are', async () => {
    for (const save of [
      { type: 'output', name: 'TOKEN' },
      { type: 'parts', parts: { TOKEN: { type: 'pointer', pointer: '/token' } } },
    ] satisfies Save[]) {
      const { logs, events, outcome } = await play(steps('.', [saving('login', save), leaf('use')]), {
        does: {
          login(context) {
            void context.write(Buffer.from('{"token":"fresh\\/token"}'), 'out');
            void context.write(Buffer.from('logging in\n'), 'err');
            context.save({ TOKEN: 'fresh/token' });
            return GOOD;
          },
          use(context) {
            print(context, `got ${context.env.TOKEN}`);
            return GOOD;
          },
        },
      });
      expect(outcome.state).toBe('succeeded');
      expect(logs.get('login')).toBe('logging in\n[not shown: the secret "TOKEN" comes from this output]\n');
      expect(logs.get('use')).toBe('got ***');
      expect(events.find(({ type }) => type === 'attempt.finished')).toMatchObject({ saved: { TOKEN: null } });
      expect(JSON.stringify(events)).not.toMatch(/fresh/);
    }
  });

  it('of a step that hands a secret over in a file is shown when it has ended, masked', async () => {
    const { logs } = await play(saving('.', { type: 'file', names: ['TOKEN', 'USER'] }), {
      does: {
        '.'(context) {
          print(context, 'the token is fresh', '-token\n');
          context.save({ TOKEN: 'fresh-token', USER: 'me' });
          return GOOD;
        },
      },
    });
    expect(logs.get('.')).toBe('the token is ***\n');
  });

  it('of which a secret could not be saved is not quoted in the failure', async () => {
    const message =
      'save: line 1 is no NAME=value and no NAME<<END: "TOKEN: fresh \\"to…ken\\""; see "save" and "TOKEN"';
    const does = { '.': (): Outcome => ({ state: 'failed', reason: { type: 'save', message } }) };
    const hidden = await play(saving('.', { type: 'file', names: ['TOKEN'] }), { does });
    expect(hidden.outcome).toMatchObject({
      reason: { message: 'save: line 1 is no NAME=value and no NAME<<END: "***"; see "save" and "TOKEN"' },
    });
    const open = await play(saving('.', { type: 'file', names: ['USER'] }), { does });
    expect(open.outcome).toMatchObject({ reason: { message } });
  });

  it('of such a step is kept up to one mebibyte, and what is left out is told', async () => {
    const { logs } = await play(saving('.', { type: 'file', names: ['TOKEN'] }), {
      does: {
        '.'(context) {
          print(context, 'x'.repeat(2 ** 20 - 3), 'abcdef');
          return { state: 'failed', reason: { type: 'exit' }, exitCode: 1 };
        },
      },
    });
    expect(logs.get('.')?.slice(2 ** 20 - 6)).toBe(
      'xxxabc\n[3 more bytes are left out: a step that saves a secret shows its output when it has ended]\n',
    );
  });
});

describe('a value that is learned while the run goes on', () => {
  it('from a file of variables is masked before the step prints it', async () => {
    const sources: Sources = { readEnvFile: async () => ({ type: 'read', values: { TOKEN: 'from-a-file' } }) };
    const { logs } = await play(leaf('.', {}, { envFiles: [{ path: '.env', optional: false }] }), {
      sources,
      does: {
        '.'(context) {
          print(context, `x ${context.env.TOKEN}`);
          return GOOD;
        },
      },
    });
    expect(logs.get('.')).toBe('x ***');
  });

  it('put together in env is masked, too', async () => {
    const { logs } = await play(leaf('.', {}, { env: { AUTH: '${USER}:${PASS}' } }), {
      secrets: ['AUTH'],
      env: { USER: 'me', PASS: 'pass' },
      does: {
        '.'(context) {
          print(context, `x ${context.env.AUTH}`);
          return GOOD;
        },
      },
    });
    expect(logs.get('.')).toBe('x ***');
  });

  it('and has fewer than six characters fails the step without being shown', async () => {
    const why = 'the value of the secret "TOKEN" has fewer than 6 characters and cannot be masked';
    const saved = await play(saving('.', { type: 'output', name: 'TOKEN' }), {
      does: {
        '.'(context) {
          print(context, 'tiny');
          context.save({ TOKEN: 'tiny' });
          return GOOD;
        },
      },
    });
    expect(saved.outcome).toMatchObject({
      state: 'failed',
      reason: { type: 'save', message: expect.stringContaining(why) },
    });
    expect(JSON.stringify([saved.events, ...saved.logs])).not.toContain('tiny');
    const sources: Sources = { readEnvFile: async () => ({ type: 'read', values: { TOKEN: 'tiny' } }) };
    const rows = { type: 'rows', rows: [{ TOKEN: 'tiny' }] } as const;
    expect((await play(forEach('.', rows, leaf('each')), {})).outcome).toMatchObject({
      reason: { type: 'start', message: expect.stringMatching(/^forEach: the value of the secret "TOKEN" has fewer/) },
    });
    const read = await play(leaf('.', {}, { envFiles: [{ path: '.env', optional: false }] }), { sources });
    expect(read.outcome).toMatchObject({
      state: 'failed',
      reason: { type: 'start', message: expect.stringContaining(why) },
    });
  });
});

describe('at the start', () => {
  const problems = (root: Step, env: Record<string, string>) =>
    secretProblems({ ...plan(root), secrets: ['A', 'B', 'C'] }, new Variables(env, { type: 'process' })).map(
      ({ path, message }) => `${path}: ${message.split(/ and |;/, 1)[0]}`,
    );

  it('every secret without a value, or with one that is too short, is told', () => {
    expect(problems(leaf('.'), { A: 'long enough', B: '12345' })).toEqual([
      'root.secrets[1]: the value of the secret "B" has fewer than 6 characters',
      'root.secrets[2]: the secret "C" has no value',
    ]);
    expect(problems(leaf('.'), { A: '', B: 'long enough', C: 'long enough' })).toEqual([
      'root.secrets[0]: the secret "A" has no value',
    ]);
  });

  it('one that a step can set may have no value yet', () => {
    const tree = steps('.', [
      saving('a', { type: 'parts', parts: { A: { type: 'status' } } }),
      leaf(
        'b',
        {},
        { env: { B: '${X}' }, finally: { steps: [saving('c', { type: 'file', names: ['C'] })], timeoutMs: 1 } },
      ),
    ]);
    expect(problems(tree, {})).toEqual([]);
    expect(problems(leaf('.', {}, { envFiles: [{ path: 'x', optional: false }] }), {})).toEqual([]);
  });

  it('so may one that a forEach gives, or a step that uses a plan, in its env or by what it hands on', () => {
    const rows = { type: 'rows', rows: [{ A: '1' }] } as const;
    const each = leaf('', {}, { used: { levels: [{ env: { B: '${X}' }, inputs: {}, given: [] }], save: { C: 'IN' } } });
    expect(problems(forEach('.', rows, each), {})).toEqual([]);
    const listed = {
      type: 'product',
      lists: [{ name: 'A', list: { type: 'values', values: [] } }],
      exclude: [],
    } as const;
    expect(problems(forEach('.', listed, each), {})).toEqual([]);
  });

  it('one of a used file is told with that file', () => {
    const told = secretProblems(
      { ...plan(leaf('.')), secrets: ['A'], secretsElsewhere: { A: 'lib.yaml' } },
      new Variables({}, { type: 'process' }),
    );
    expect(told).toMatchObject([{ file: 'lib.yaml', path: 'root.secrets' }]);
  });
});

describe('a list of secrets', () => {
  it('is masked before its first copy starts', async () => {
    const both: ForEachStep = {
      type: 'forEach',
      id: '.',
      env: {},
      background: false,
      allowFailure: false,
      failFast: true,
      items: {
        type: 'product',
        lists: [{ name: 'TOKEN', list: { type: 'values', values: ['hunter22', 'swordfish9'] } }],
        exclude: [],
      },
      each: leaf(''),
    };
    const says = (context: ExecuteContext) => {
      print(context, 'hunter22 or swordfish9');
      return GOOD;
    };
    const { logs } = await play(both, { does: { '[1]': says, '[2]': says } });
    expect(logs.get('[1]')).toBe('*** or ***');
    expect(logs.get('[2]')).toBe('*** or ***');
  });
});

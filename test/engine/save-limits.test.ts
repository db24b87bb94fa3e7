/** Laws of how much steps may save, and of the texts that variables reach. */
import { describe, expect, it } from 'vitest';
import type { ExecuteContext } from '../../src/engine/executor.ts';
import { finalTexts } from '../../src/engine/final-texts.ts';
import { type Origin, Variables } from '../../src/engine/variables.ts';
import type { LeafStep, Step } from '../../src/plan/plan.ts';
import { simulate } from '../support/simulate.ts';
import { gather, leaf, retry, steps } from '../support/steps.ts';

const KIB = 1024;
const save = (values: Record<string, string>) => (context: ExecuteContext) => context.save(values);

describe('all variables together', () => {
  /** A sequence of steps that save 90 KiB each. */
  const large = (count: number) => Array.from({ length: count }, (_, index) => leaf(`s${index}`));
  const saving = ({ path, save: keep }: ExecuteContext) => keep({ [path.replace(/\W/g, '_')]: 'x'.repeat(90 * KIB) });

  it('take 1 MiB at most: the step that would pass that fails', async () => {
    const { state, failures } = await simulate(steps('.', large(13)), { onExecute: saving });
    expect(state('s10')).toBe('succeeded');
    expect(failures.map(({ step, outcome }) => [step, outcome.reason])).toEqual([
      [
        's11',
        {
          type: 'save',
          message:
            'save: with what this step saves all variables together would take 1081 KiB, and 1024 KiB is the most that ' +
            'commands can be started with; write large ones to files with "saveTo: FILE"',
        },
      ],
    ]);
    expect(state('s12')).toBe('skipped');
  });

  it('count with those of the process, and a name counts once', async () => {
    const env = { BIG: 'x'.repeat(960 * KIB), s0: 'x'.repeat(60 * KIB) };
    const alone = await simulate(steps('.', large(1)), { onExecute: saving, env });
    expect(alone.outcome.state).toBe('failed');
    const replaced = await simulate(steps('.', large(1)), { onExecute: save({ BIG: 'small' }), env });
    expect(replaced.outcome.state).toBe('succeeded');
  });

  it('of a group are those of its children: a gather that brings too much fails as one', async () => {
    const { state, failures } = await simulate(steps('.', [gather('g', large(12)), leaf('after')]), {
      onExecute: saving,
    });
    expect(state('g/s11')).toBe('succeeded');
    expect(failures.map(({ step, outcome }) => [step, outcome.reason.type])).toEqual([['g', 'save']]);
    expect(state('after')).toBe('skipped');
  });

  it('are counted in bytes, as the system does', () => {
    const origin: Origin = { type: 'process' };
    const outer = new Variables({ A: 'ä€𝄞', B: '' }, origin);
    const inner = outer.with({ A: '1', C: '2' }, origin);
    const bytes = (values: Record<string, string>) =>
      Buffer.byteLength(
        Object.entries(values)
          .map(([name, value]) => `${name}=${value}\0`)
          .join(''),
      );
    expect(outer.bytes).toBe(bytes({ A: 'ä€𝄞', B: '' }));
    expect(inner.bytes).toBe(bytes({ A: '1', B: '', C: '2' }));
  });
});

it('a step that cannot save is tried again by its retry, as after any failure', async () => {
  const env = { BIG: 'x'.repeat(1000 * KIB) };
  const onExecute = ({ attempt, save: keep }: ExecuteContext) => keep({ X: 'x'.repeat(attempt < 3 ? 50 * KIB : 1) });
  const { outcome, lines } = await simulate(leaf('.', {}, retry(5)), { env, onExecute });
  expect(outcome.state).toBe('succeeded');
  expect(lines.filter(line => line.includes('retrying'))).toHaveLength(2);
});

describe('the texts of a step', () => {
  const variables = (values: Record<string, string>) => new Variables(values, { type: 'process' });
  const request = (parts: Partial<Extract<LeafStep, { type: 'http' }>>): LeafStep => ({
    type: 'http',
    id: 'a',
    env: {},
    background: false,
    allowFailure: false,
    method: 'POST',
    url: 'http://h/',
    headers: {},
    expect: { status: ['2xx'] },
    ...parts,
  });

  it.each([
    'a "b" \'c\'',
    'line\nbreak\n',
    '$HOME ${HOME} $$ `date` $(date) \\ \\n',
    '',
    'é e\u0301 𝄞 👩‍👩‍👧 שלום \u202e \ufeff \u2028',
    'x'.repeat(96 * KIB),
  ])('hold a value as it is in arguments, headers of one line, and bodies: %.40j', value => {
    const found = variables({ X: value });
    const command = ['p', `-${'$'}{X}-`] as const;
    expect(finalTexts({ ...(leaf('a') as LeafStep), command } as LeafStep, found)).toMatchObject({
      command: ['p', `-${value}-`],
    });
    const json = { a: ['${X}', { b: 'x${X}' }], n: 1, '${X}': null };
    expect(finalTexts(request({ body: { type: 'json', value: json } }), found)).toMatchObject({
      body: { text: JSON.stringify({ a: [value, { b: `x${value}` }], n: 1, '${X}': null }) },
    });
    expect(finalTexts(request({ body: { type: 'text', text: '<${X}>' } }), found)).toMatchObject({
      body: { text: `<${value}>` },
    });
    if (/^[\x20-\xff]*$/.test(value)) {
      expect(finalTexts(request({ headers: { A: '${X}' } }), found)).toMatchObject({ headers: { A: value } });
    }
  });

  it.each([
    ['a\nb', 'the header "A" has several lines once its variables are in it, and a header has one'],
    ['token\n', 'the header "A" ends with a line break once its variables are in it: take that out of the value'],
    ['token\r', 'the header "A" ends with a line break once its variables are in it: take that out of the value'],
    ['€', 'the header "A" holds, once its variables are in it, what is not Latin-1, and no header can'],
    ['a\u0001', 'the header "A" holds, once its variables are in it, what is not Latin-1, and no header can'],
  ])('refuse a value that no header can hold: %j', (value, message) => {
    expect(() => finalTexts(request({ headers: { A: 'x ${X}' } }), variables({ X: value }))).toThrow(message);
  });

  it('are made final before anything starts: a url that cannot be fails the step in words', async () => {
    const step = request({ url: 'http://${X}/' }) as Step;
    const executed: string[] = [];
    const { failures } = await simulate(
      { ...step, id: '.' },
      { env: { X: 'a/b' }, onExecute: () => void executed.push('') },
    );
    expect(failures[0]?.outcome.reason).toEqual({
      type: 'start',
      message: 'url: the value of "X" is to stand in the host of the url, where no "/" may stand',
    });
    expect(executed).toEqual([]);
  });
});

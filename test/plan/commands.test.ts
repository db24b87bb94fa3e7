/** Laws of the keys that go with commands: what a plan makes of them, and what is wrong with them. */
import { describe, expect, test } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';
import { visitSteps } from '../../src/plan/paths.ts';
import { childrenOf, type ForEachStep, type Step } from '../../src/plan/plan.ts';
import { formatTree } from '../../src/reporters/plan-tree.ts';

const given = { set: {}, files: [], env: {} };

/** Problems of a value, as `path: message`. */
function problemsWith(value: unknown): string[] {
  const result = planFrom(value, { folder: '/plans', given });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

function rootOf(value: unknown): Step {
  const result = planFrom(value, { folder: '/plans', given });
  if (result.type === 'rejected') throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.plan.root;
}

describe('stdin', () => {
  test('is a text, an empty one too, or a file', () => {
    expect(rootOf({ run: 'cat', stdin: { text: '' } })).toMatchObject({ stdin: { type: 'text', text: '' } });
    expect(rootOf({ run: ['cat'], stdin: { file: 'a' } })).toMatchObject({ stdin: { type: 'file', path: 'a' } });
    expect(rootOf({ run: 'cat' })).not.toHaveProperty('stdin');
  });

  test('is for the command of the step, and for no test and no list of it', () => {
    const step = rootOf({ if: 'true', forEach: { A: { lines: { run: 'ls' } } }, run: 'cat', stdin: { text: 'a' } });
    expect(step).toMatchObject({ type: 'forEach', each: { stdin: { type: 'text', text: 'a' } } });
    expect(JSON.stringify(step.if)).not.toContain('stdin');
    expect(JSON.stringify(step.type === 'forEach' && step.items)).not.toContain('stdin');
  });

  test.each<[unknown, string]>([
    [
      { run: 'x', stdin: 'text' },
      'root.stdin: expected an object with text or file, got "text"; write {"text": "text"}',
    ],
    [{ run: 'x', stdin: {} }, 'root.stdin: nothing to read: add text or file'],
    [{ run: 'x', stdin: { text: 'a', file: 'b' } }, 'root.stdin.file: text and file exclude each other; keep one'],
    [{ run: 'x', stdin: { txt: 'a' } }, 'root.stdin.txt: unknown key, did you mean "text"?'],
    [{ run: 'x', stdin: { text: 5 } }, 'root.stdin.text: expected text, got 5'],
    [{ run: 'x', stdin: { file: ' ' } }, 'root.stdin.file: expected the path of a file, got " "'],
    [{ http: 'http://a', stdin: { text: 'a' } }, 'root.stdin: stdin goes with run, not with http; take it out'],
    [{ steps: [], stdin: { text: 'a' } }, 'root.stdin: stdin goes with run, not with steps; take it out'],
  ])('%j is refused', (plan, problem) => {
    expect(problemsWith(plan)).toEqual([problem]);
  });
});

describe('launcher', () => {
  const plan = {
    launcher: ['srun', '-n1'],
    steps: [
      { id: 'script', run: 'x' },
      { id: 'own', run: ['x'], launcher: ['nice'] },
      { id: 'none', launcher: [], steps: [{ run: 'x' }] },
      { id: 'copies', forEach: { A: { lines: { run: 'ls' } } }, if: 'true', run: 'x' },
    ],
    finally: [{ run: 'x' }],
  };

  test('flows down to commands, its own list in the place of an outer one, and an empty one takes it off', () => {
    const root = rootOf(plan);
    const launchers: unknown[] = [];
    visitSteps(root, (step, path) => step.type === 'run' && launchers.push([path, step.launcher]));
    expect(launchers).toEqual([
      ['script', ['srun', '-n1']],
      ['own', ['nice']],
      ['none/1', undefined],
      ['copies[]', ['srun', '-n1']],
      ['finally/1', ['srun', '-n1']],
    ]);
  });

  test('is put before no test and no script that prints a list', () => {
    const copies = rootOf(plan).type === 'steps' && childrenOf(rootOf(plan))[3];
    expect(copies).toMatchObject({ type: 'forEach', if: { type: 'test' } });
    const { if: condition, items } = copies as ForEachStep;
    expect(JSON.stringify([condition, items])).not.toContain('launcher');
  });

  test('is shown beside each command by the tree, and is no part of it', () => {
    const loaded = planFrom(plan, { folder: '/plans', given });
    expect(loaded.type === 'loaded' && formatTree(loaded.plan)).toBe(
      [
        'plan · 4 steps in order',
        '├─ script · x · launcher srun -n1',
        '├─ own · x · launcher nice',
        '├─ none · 1 step in order',
        '│  └─ 1 · x',
        '├─ copies · for each A of the lines of "ls": x · if true · launcher srun -n1',
        '└─ finally/1 · x · launcher srun -n1',
        '',
      ].join('\n'),
    );
  });

  test.each<[unknown, string]>([
    [
      { run: 'x', launcher: 'srun' },
      'root.launcher: expected a program with its arguments, or [] for none, got "srun"',
    ],
    [{ run: 'x', launcher: [5] }, 'root.launcher[0]: expected text, got 5'],
    [{ run: 'x', launcher: [''] }, 'root.launcher[0]: the program is an empty text; the first element names it'],
    [
      { http: 'http://a', launcher: ['a'] },
      'root.launcher: launcher goes with run, steps, gather, any or use, not with http; take it out',
    ],
  ])('%j is refused', (value, problem) => {
    expect(problemsWith(value)).toEqual([problem]);
  });

  test('with a secret in it is warned of, as everybody sees the arguments of commands', () => {
    const loaded = planFrom({ secrets: ['TOKEN'], launcher: ['a', `\${TOKEN}`], run: 'x' }, { folder: '/', given });
    expect(loaded.type === 'loaded' && loaded.warnings.map(({ path }) => path)).toEqual(['root.launcher[1]']);
  });
});

describe('interactive', () => {
  const ask = { run: 'x', interactive: true };

  test.each<[unknown]>([
    [ask],
    [{ ...ask, retry: 2, timeout: { total: '1m' }, every: '1h', save: ['A'], okExitCodes: [1], if: 'true' }],
    [{ steps: [{ gather: ['x'] }, ask, { any: ['x'], finally: [ask] }, { steps: [ask] }], finally: { steps: [ask] } }],
    [{ forEach: { A: [1] }, run: 'x', finally: [ask] }],
    [{ gather: [{ run: 'x', interactive: false, save: 'A' }] }],
  ])('%j has it where nothing runs beside it', plan => {
    expect(problemsWith(plan)).toEqual([]);
  });

  const GATHER =
    'there is one terminal, and the steps of a gather run at once; put the interactive one before or after it';
  const COPIES =
    'there is one terminal, and the copies of a forEach run at once; put the interactive step before or after it';
  const BESIDE =
    'there is one terminal, and a background step runs beside others; put the interactive one before or after it';
  const UNSEEN = 'what an interactive step prints goes to the terminal and is not seen by runjobs';

  test.each<[unknown, string]>([
    [{ gather: [ask] }, `root.gather[0].interactive: ${GATHER}`],
    [{ gather: [{ steps: [ask] }] }, `root.gather[0].steps[0].interactive: ${GATHER}`],
    [{ gather: [{ run: 'x', finally: [ask] }] }, `root.gather[0].finally[0].interactive: ${GATHER}`],
    [{ any: [ask] }, `root.any[0].interactive: ${GATHER.replace('a gather', 'an any')}`],
    [{ ...ask, forEach: { A: [1] } }, `root.interactive: ${COPIES}`],
    [{ steps: [ask], forEach: { A: [1] } }, `root.steps[0].interactive: ${COPIES}`],
    [{ steps: [{ ...ask, background: true }] }, `root.steps[0].interactive: ${BESIDE}`],
    [{ steps: [{ steps: [ask], background: true }] }, `root.steps[0].steps[0].interactive: ${BESIDE}`],
    [{ steps: [{ run: 'x', finally: [ask], background: true }] }, `root.steps[0].finally[0].interactive: ${BESIDE}`],
    [{ ...ask, stdin: { text: '' } }, 'root.stdin: an interactive step reads from the terminal; take stdin out'],
    [{ ...ask, saveTo: 'a' }, `root.saveTo: ${UNSEEN}; take saveTo out`],
    [{ ...ask, save: 'A' }, `root.save: ${UNSEEN}; save a list of names, which it writes to the file $RUNJOBS_OUTPUT`],
    [
      { ...ask, save: { A: '/a' } },
      `root.save: ${UNSEEN}; save a list of names, which it writes to the file $RUNJOBS_OUTPUT`,
    ],
    [{ ...ask, timeout: { quiet: '1s' } }, `root.timeout.quiet: ${UNSEEN}; take quiet out`],
    [{ ...ask, retry: { times: 1, on: [1, 'stderr:/a/'] } }, `root.retry.on[1]: ${UNSEEN}; take "stderr:/a/" out`],
    [{ ...ask, interactive: 'yes' }, 'root.interactive: expected true or false, got "yes"'],
    [{ steps: [], interactive: true }, 'root.interactive: interactive goes with run, not with steps; take it out'],
  ])('%j is refused', (plan, problem) => {
    expect(problemsWith(plan)).toEqual([problem]);
  });

  test('is told to go with run where it does not, and no background of the root is blamed', () => {
    expect(problemsWith({ background: true, steps: [{ http: 'http://a', interactive: true }] })).toEqual([
      'root.background: the plan itself cannot be background; set it on a step of a group',
      'root.steps[0].interactive: interactive goes with run, not with http; take it out',
    ]);
    expect(problemsWith({ gather: [{ sleep: 1, interactive: true }] })).toEqual([
      'root.gather[0].interactive: interactive goes with run, not with sleep; take it out',
    ]);
  });

  test('is refused beside others also where it is used by them, through other definitions too', () => {
    const define = { ask, both: { steps: ['x', { use: '#ask' }] }, calm: 'x' };
    expect(
      problemsWith({ define, steps: [{ use: '#ask' }, { use: '#both' }, { gather: [{ use: '#calm' }] }] }),
    ).toEqual([]);
    const gather = [{ use: '#calm' }, { steps: [{ use: '#both' }] }];
    const steps = [{ gather }, { use: '#ask', background: true }, { use: '#ask', forEach: { A: [1] } }];
    expect(problemsWith({ define, steps })).toEqual([
      `root.steps[0].gather[1].steps[0].use: what this uses is interactive, but ${GATHER}`,
      `root.steps[1].use: what this uses is interactive, but ${BESIDE}`,
      `root.steps[2].use: what this uses is interactive, but ${COPIES}`,
    ]);
    expect(problemsWith({ define: { crowd: { gather: [ask] } }, run: 'x' })).toEqual([
      `root.define.crowd.gather[0].interactive: ${GATHER}`,
    ]);
  });

  test('is shown by the tree', () => {
    const loaded = planFrom({ steps: [ask] }, { folder: '/plans', given });
    expect(loaded.type === 'loaded' && formatTree(loaded.plan)).toContain('1 · x · interactive\n');
  });
});

describe('runsOn, idempotent and envFromWorker', () => {
  test('reach commands and requests: the first flows down, the others do not', () => {
    const root = rootOf({
      runsOn: 'gpu',
      if: 'true',
      steps: [
        { id: 'a', run: 'x', idempotent: true, envFromWorker: ['TOKEN'] },
        { id: 'b', http: 'http://a', runsOn: 'cpu' },
        { id: 'g', runsOn: 'root', gather: ['x'] },
      ],
      finally: ['y'],
    });
    const found: unknown[] = [];
    visitSteps(root, (step, path) => {
      if (step.type === 'run' || step.type === 'http')
        found.push([path, step.runsOn, step.idempotent, step.envFromWorker]);
    });
    expect(found).toEqual([
      ['a', 'gpu', true, ['TOKEN']],
      ['b', 'cpu', undefined, undefined],
      ['g/1', 'root', undefined, undefined],
      ['finally/1', 'gpu', undefined, undefined],
    ]);
    expect(root.if?.type === 'test' && root.if.command.runsOn).toBe('gpu');
    const loaded = planFrom({ runsOn: 'gpu', steps: ['x'] }, { folder: '/plans', given });
    expect(loaded.type === 'loaded' && formatTree(loaded.plan)).toContain('x · on gpu');
  });

  test.each<[unknown, string]>([
    [{ run: 'x', runsOn: 'GPU' }, 'root.runsOn: expected a label of a-z, 0-9, "_" and "-", got "GPU"'],
    [
      { sleep: 1, runsOn: 'gpu' },
      'root.runsOn: runsOn goes with run, http, steps, gather, any or use, not with sleep; take it out',
    ],
    [
      { steps: ['x'], idempotent: true },
      'root.idempotent: idempotent goes with run or http, not with steps; take it out',
    ],
    [
      { http: 'http://a', envFromWorker: ['A'] },
      'root.envFromWorker: envFromWorker goes with run, not with http; take it out',
    ],
    [{ run: 'x', envFromWorker: [] }, 'root.envFromWorker: expected an array of variable names, got an empty array'],
    [
      { run: 'x', envFromWorker: ['RUNJOBS_QUEUE_KEY'] },
      'root.envFromWorker[0]: "RUNJOBS_QUEUE_KEY" is kept for runjobs, and no worker gives it away; take it out',
    ],
    [
      { run: 'x', interactive: true, runsOn: 'gpu' },
      'root.runsOn: an interactive step has the terminal of the run itself, and no worker has one; take runsOn out',
    ],
  ])('%j is an error of the file', (plan, words) => {
    expect(problemsWith(plan)).toEqual([words]);
  });
});

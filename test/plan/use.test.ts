/** `use` and `define`: what they stand for, and what is wrong with them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { visitSteps } from '../../src/plan/paths.ts';
import { childrenOf, type Plan, type Step } from '../../src/plan/plan.ts';
import { inFolder } from './loading.ts';

type Files = Readonly<Record<string, string>>;

/** Loads a plan of several files; problems as `file:line:column path: message`. */
async function load(files: Files, source = 'plan.yaml', env: Record<string, string> = {}) {
  return inFolder(async folder => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const given = { set: {}, files: [], env };
    const loaded = await loadPlan(source, { cwd: folder, given });
    const problems = loaded.type === 'rejected' ? loaded.problems : loaded.warnings;
    const lines = problems.map(
      ({ file, line, column, path, message }) => `${file}:${line}:${column} ${path}: ${message}`,
    );
    return { loaded, lines, folder };
  });
}

const faults = async (files: Files, source?: string, env?: Record<string, string>) => {
  const { loaded, lines } = await load(files, source, env);
  return loaded.type === 'rejected' ? lines : [];
};

async function planOf(files: Files, source?: string): Promise<Plan & { readonly at: string }> {
  const { loaded, lines, folder } = await load(files, source);
  if (loaded.type === 'rejected') throw new Error(lines.join('\n'));
  return { ...loaded.plan, at: folder };
}

/** The tree as ids and commands. */
function tree(step: Step): unknown {
  if (step.type === 'run') return step.command;
  if (step.type === 'forEach') return { each: tree(step.each) };
  return Object.fromEntries(childrenOf(step).map(child => [child.id, tree(child)]));
}

describe('what a use stands for', () => {
  it('has the launcher around it in its own file, and none of another one', async () => {
    const { root } = await planOf({
      'plan.yaml':
        'launcher: [srun]\ndefine: { a: x }\nsteps: [{ use: "#a" }, { use: b.yaml }, { steps: [{ use: "b.yaml#c" }] }]',
      'b.yaml': 'run: y\ndefine: { c: z }',
    });
    const launchers: unknown[] = [];
    visitSteps(root, step => step.type === 'run' && launchers.push([step.command, step.launcher]));
    expect(launchers).toEqual([
      ['x', ['srun']],
      ['y', undefined],
      ['z', undefined],
    ]);
  });

  it('is a definition of its own file, of another one, or another plan', async () => {
    const { root } = await planOf({
      'plan.yaml': `
define: { lint: npm run lint }
steps:
  - use: "#lint"
  - use: lib/tasks.yaml#test
  - use: lib/smoke.yaml
`,
      'lib/tasks.yaml': 'define: { test: { steps: [one, { use: "#two" }] }, two: two }',
      'lib/smoke.yaml': 'gather: [a, b]',
    });
    expect(tree(root)).toEqual({ lint: 'npm run lint', test: { 1: 'one', two: 'two' }, smoke: { 1: 'a', 2: 'b' } });
  });

  it('has the id and the modifiers of the step that uses it, and else its own', async () => {
    const { root } = await planOf({
      'plan.yaml': `
define: { a: { name: A, retry: 2, run: x }, b: { description: it, run: y } }
gather:
  - { id: first, use: "#a", background: true }
  - { use: "#b", needs: first, timeout: 5s, allowFailure: true }
`,
    });
    expect(childrenOf(root)).toMatchObject([
      { type: 'run', id: 'first', name: 'A', background: true, retry: { times: 2 } },
      { type: 'run', id: 'b', description: 'it', timeoutMs: 5000, allowFailure: true, needs: [{ id: 'first' }] },
    ]);
  });

  it('is a step of its own where both have modifiers, so that neither order is guessed', async () => {
    const { root } = await planOf({
      'plan.yaml': 'define: { a: { timeout: 1s, run: x } }\nsteps: [{ use: "#a", retry: 2 }]',
    });
    expect(childrenOf(root)).toMatchObject([
      { type: 'steps', id: 'a', retry: { times: 2 }, children: [{ type: 'run', id: 'plan', timeoutMs: 1000 }] },
    ]);
  });

  it('may use another itself: all their variables, locks, names of what is saved and modifiers stay', async () => {
    const { root } = await planOf({
      'plan.yaml': `
lock: run
define:
  a: { env: { A: a }, use: "#b", save: { Y: X } }
  b: { env: { B: b }, inputs: { I: { default: 1 } }, run: x, save: X, retry: 1 }
steps:
  - { id: once, env: { C: c }, use: "#a", save: { Z: Y } }
  - { id: timed, use: "#a", timeout: 1s }
  - { id: locked, use: outer.yaml }
`,
      'outer.yaml': 'lock: outer\nuse: inner.yaml\n',
      'inner.yaml': 'lock: { wait: 1s }\nrun: x\n',
    });
    const [once, timed, locked] = childrenOf(root);
    expect(once).toMatchObject({
      type: 'run',
      retry: { times: 1 },
      env: { B: 'b' },
      used: {
        from: '#a',
        levels: [{ env: { C: 'c' } }, { env: { A: 'a' }, inputs: { I: { default: '1' } } }],
        save: { Z: 'X' },
      },
    });
    expect(timed).toMatchObject({ type: 'steps', timeoutMs: 1000, children: [{ id: 'plan', retry: { times: 1 } }] });
    expect(locked).toMatchObject({
      used: {
        locks: [
          { name: 'outer', plan: 'outer' },
          { waitMs: 1000, plan: 'inner' },
        ],
      },
    });
  });

  it('is repeated by the forEach of the step', async () => {
    const { root } = await planOf({
      'plan.yaml': `
define: { a: { inputs: { N: {} }, run: x } }
steps: [{ use: "#a", forEach: { N: [1, 2] }, env: { M: "\${N}", O: o } }]
`,
    });
    expect(childrenOf(root)).toMatchObject([
      { type: 'forEach', id: 'a', env: { O: 'o' }, each: { used: { levels: [{ env: { M: '${N}' }, given: ['N'] }] } } },
    ]);
  });

  it('keeps the folder of its own file, and neither cwd nor shell of those around', async () => {
    const plan = await planOf({
      'plan.yaml':
        'cwd: web\nshell: bash\nstop: { grace: 1s }\nsteps: [{ use: lib/a.yaml }, { use: "#b" }]\ndefine: { b: y }',
      'lib/a.yaml': 'steps: [{ run: x, if: test }]',
    });
    const [used, own] = childrenOf(plan.root);
    const [inside] = childrenOf(used as Step);
    const lib = join(plan.at, 'lib');
    expect(inside).toMatchObject({
      folder: lib,
      shell: ['sh', '-ec'],
      stop: { graceMs: 1000 },
      if: { command: { folder: lib } },
    });
    expect(inside).not.toHaveProperty('cwd');
    expect(own).toMatchObject({ cwd: 'web', shell: ['bash', '-eo', 'pipefail', '-c'] });
    expect(own).not.toHaveProperty('folder');
  });

  it('brings the secrets and pools of what is really used, and no others', async () => {
    const files = {
      'plan.yaml': 'define: { a: { use: a.yaml }, b: { use: b.yaml } }\nsecrets: [OWN]\nrun: x',
      'a.yaml': 'secrets: [TOKEN, OWN]\npools: { db: 2 }\nrun: x\n',
      'b.yaml': 'secrets: [OTHER]\npools: { cpu: 1 }\nrun: x\n',
    };
    expect(await planOf(files, 'plan.yaml#a')).toMatchObject({ secrets: ['OWN', 'TOKEN'], pools: { db: { size: 2 } } });
    expect(await planOf(files)).toMatchObject({ secrets: ['OWN'] });
  });

  it('is a definition on the command line, within the variables of the root of its file', async () => {
    const files = {
      'plan.yaml': `
inputs: { A: { default: 1 } }
env: { X: x }
cwd: web
define: { build: { inputs: { B: {} }, run: go } }
`,
    };
    expect(await planOf(files, 'plan.yaml#build')).toMatchObject({
      name: 'plan#build',
      definition: 'build',
      inputs: { A: { default: '1' }, B: { required: true } },
      root: { id: '.', type: 'run', cwd: 'web', used: { levels: [{ env: { X: 'x' } }] } },
    });
    expect(await planOf(files)).toMatchObject({ isLibrary: true, definitions: { build: {} } });
  });

  it('may be a file whose name has a # in it', async () => {
    expect(await planOf({ 'a#b': 'run: x' }, 'a#b')).toMatchObject({ root: { command: 'x' } });
  });
});

describe('an error of what is used', () => {
  it('is told with the place in its own file, once, however often that is used', async () => {
    const files = {
      'plan.yaml': 'gather: [{ use: lib.yaml#a }, { use: lib.yaml#a }]\nfinally: [{ use: lib.yaml#a }]',
      'lib.yaml': 'define:\n  a:\n    run: [echo, "${NOPE}"]\n    timout: 5s\n',
    };
    expect(await faults(files)).toEqual([
      expect.stringMatching(/^lib\.yaml:3:17 root\.define\.a\.run\[1\]: nothing sets "NOPE"/),
      'lib.yaml:4:5 root.define.a.timout: unknown key, did you mean "timeout"?',
    ]);
  });

  it('is that of its text, too', async () => {
    const files = { 'plan.yaml': 'use: a.json', 'a.json': '{"run": }' };
    expect(await faults(files)).toEqual([expect.stringMatching(/^a\.json:1:9 /)]);
  });

  it.each<[string, Files, string[]]>([
    [
      'a file that is missing',
      { 'plan.yaml': 'use: lib/a.yaml', 'lib/b.yaml': 'run: x' },
      ['plan.yaml:1:6 root.use: "lib/a.yaml": no such file, did you mean "b.yaml"?'],
    ],
    [
      'a definition that there is not',
      { 'plan.yaml': 'use: "#bild"\ndefine: { build: x }' },
      ['plan.yaml:1:6 root.use: plan.yaml defines no "bild", did you mean "build"?'],
    ],
    [
      'a definition by its bare name, which no file has',
      { 'plan.yaml': 'use: build\ndefine: { build: x }' },
      ['plan.yaml:1:6 root.use: "build": no such file, did you mean "#build"?'],
    ],
    [
      'an action of GitHub',
      { 'plan.yaml': 'use: actions/checkout@v4', 'actions/x': '' },
      [
        'plan.yaml:1:6 root.use: "actions/checkout@v4": no such file; actions of GitHub run on its runners only; write what it does as a "run"',
      ],
    ],
    [
      'one of a file that has none',
      { 'plan.yaml': 'use: a.yaml#b', 'a.yaml': 'run: x' },
      ['plan.yaml:1:6 root.use: a.yaml defines no "b"; it has no definitions'],
    ],
    [
      'a plan of nothing but definitions',
      { 'plan.yaml': 'use: a.yaml', 'a.yaml': 'define: { b: x, c: y }' },
      ['plan.yaml:1:6 root.use: "a.yaml" has no body of its own; use one of its definitions: "a.yaml#b" or "a.yaml#c"'],
    ],
    [
      'a variable in its name',
      { 'plan.yaml': 'use: "${WHAT}.yaml"' },
      [
        'plan.yaml:1:6 root.use: a variable has no value yet when the plan is read; name the file, and give variables in env',
      ],
    ],
    [
      'what is on another machine',
      { 'plan.yaml': 'use: https://example.org/plan.yaml' },
      ['plan.yaml:1:6 root.use: expected the path of a file on this machine; download it before'],
    ],
    [
      'what the folder of another file decides',
      { 'plan.yaml': 'use: a.yaml\ncwd: x', 'a.yaml': 'run: x' },
      [
        'plan.yaml:2:1 root.cwd: cwd does not reach into another file, whose plan means what it means by itself; take it out',
      ],
    ],
    [
      'a launcher for what stands in another file',
      { 'plan.yaml': 'use: a.yaml\nlauncher: [srun]', 'a.yaml': 'run: x' },
      [
        'plan.yaml:2:1 root.launcher: launcher does not reach into another file, whose plan means what it means by itself; take it out',
      ],
    ],
    [
      'an interactive step of another file beside others',
      { 'plan.yaml': 'gather:\n  - use: a.yaml', 'a.yaml': 'steps: [x, { run: y, interactive: true }]' },
      [
        'plan.yaml:2:10 root.gather[0].use: what this uses is interactive, but there is one terminal, and the steps of a gather run at once; put the interactive one before or after it',
      ],
    ],
    [
      'keys that belong to the step that uses it',
      { 'plan.yaml': 'run: x\ndefine: { a: { id: b, run: x } }' },
      ['plan.yaml:2:16 root.define.a.id: "id" belongs to the step that uses the definition; move it there'],
    ],
    [
      'a name that can be no id',
      { 'plan.yaml': 'run: x\ndefine: { "a b": x }' },
      ['plan.yaml:2:11 root.define["a b"]: expected a name of a-z, 0-9, "_" and "-", got "a b"; write "a-b"'],
    ],
    [
      'a definition without a body',
      { 'plan.yaml': 'run: x\ndefine: { a: { env: {} } }' },
      ['plan.yaml:2:14 root.define.a: no body: add one of run, http, steps, gather, any, use, sleep'],
    ],
  ])('is %s', async (_, files, problems) => {
    expect(await faults(files)).toEqual(problems);
  });

  it('is a circle, which is drawn whole', async () => {
    expect(
      await faults({
        'plan.yaml': 'use: a.yaml',
        'a.yaml': 'steps: [x, { use: b.yaml#c }]',
        'b.yaml': 'define: { c: { use: a.yaml } }',
      }),
    ).toEqual([
      'a.yaml:1:19 root.steps[1].use: use goes in a circle: a.yaml → b.yaml#c → a.yaml; take one of them out',
    ]);
    expect(await faults({ 'plan.yaml': 'steps: [{ use: plan.yaml }]' })).toEqual([
      'plan.yaml:1:16 root.steps[0].use: use goes in a circle: plan.yaml → plan.yaml; take one of them out',
    ]);
  });

  it('is that too much comes of it: too many steps, or groups too deep', async () => {
    const double = (name: string, next: string) =>
      `  ${name}: { gather: [{ id: a, use: "#${next}" }, { id: b, use: "#${next}" }] }\n`;
    const names = Array.from({ length: 30 }, (_, index) => `d${index}`);
    const many = `use: "#d0"\ndefine:\n${names.map((name, index) => double(name, names[index + 1] ?? 'end')).join('')}  end: x\n`;
    expect(await faults({ 'plan.yaml': many })).toEqual([
      expect.stringMatching(
        /root\.define\.d\d+\.gather\[\d\]\.use: with what it uses, the plan has more than 250000 steps; use less/,
      ),
    ]);
    const chain = Array.from(
      { length: 70 },
      (_, index) => `  c${index}: { steps: [{ use: "#c${index + 1}" }] }\n`,
    ).join('');
    expect(await faults({ 'plan.yaml': `use: "#c0"\ndefine:\n${chain}  c70: x\n` })).toEqual([
      expect.stringMatching(
        /root\.define\.c\d+\.steps\[0\]\.use: with what it uses, steps nest more than 64 deep; flatten the plan/,
      ),
    ]);
  });

  it('is a pool of another size', async () => {
    expect(
      await faults({ 'plan.yaml': 'use: a.yaml\npools: { db: 2 }', 'a.yaml': 'pools: { db: 3 }\nrun: x' }),
    ).toEqual(['a.yaml:1:14 root.pools.db: the pool "db" is 2 in plan.yaml, and both are of one run; make them agree']);
  });

  it('is only a warning where a key says something of the run, which another file says', async () => {
    const { loaded, lines } = await load({ 'plan.yaml': 'use: a.yaml', 'a.yaml': 'slots: 3\nmaxLog: 1MB\nrun: x' });
    expect(loaded.type).toBe('loaded');
    expect(lines).toEqual([
      'a.yaml:1:1 root.slots: slots has no effect here: plan.yaml uses this plan, and says it for the whole run',
      'a.yaml:2:1 root.maxLog: maxLog has no effect here: plan.yaml uses this plan, and says it for the whole run',
    ]);
  });
});

describe('inputs of what is used', () => {
  const lib =
    'define: { a: { inputs: { T: { enum: [x, y], description: Which }, N: { type: number, default: 1 } }, run: go } }';

  it.each<[string, string, string[]]>([
    [
      'needs a value',
      'use: lib.yaml#a',
      ['plan.yaml:1:6 root.use: "lib.yaml#a" needs the input "T" (Which); give it in env'],
    ],
    [
      'must fit',
      'use: lib.yaml#a\nenv: { T: z, N: many }',
      [
        'plan.yaml:2:11 root.env.T: the input "T" of "lib.yaml#a": expected "x" or "y", got "z"',
        'plan.yaml:2:17 root.env.N: the input "N" of "lib.yaml#a": expected a number, got "many"',
      ],
    ],
    ['may come from further out', 'env: { T: x }\nsteps: [{ use: lib.yaml#a }]', []],
    ['may be saved by a step before', 'steps: [{ run: echo x, save: T }, { use: lib.yaml#a }]', []],
    ['may be of a forEach', 'steps: [{ use: lib.yaml#a, forEach: { T: [x, y] } }]', []],
    ['is judged later where it holds a variable', 'use: lib.yaml#a\nenv: { T: "${HOME:-x}" }', []],
  ])('%s', async (_, plan, problems) => {
    expect(await faults({ 'plan.yaml': plan, 'lib.yaml': lib })).toEqual(problems);
  });

  it('may come from the environment', async () => {
    expect(await faults({ 'plan.yaml': 'use: lib.yaml#a', 'lib.yaml': lib }, 'plan.yaml', { T: 'x' })).toEqual([]);
  });
});

describe('what is given to an input', () => {
  const define = (input: string) => `define: { d: { inputs: { T: ${input} }, run: x } }\n`;

  it('is judged as the step will have it', async () => {
    const plan = (pattern: string) => ({
      'plan.yaml': `${define(`{ pattern: '${pattern}' }`)}steps: [{ use: "#d", env: { T: "$$5" } }]`,
    });
    expect(await faults(plan('\\$[0-9]+'))).toEqual([]);
    expect(await faults(plan('\\$\\$[0-9]+'))).toEqual([expect.stringContaining('root.steps[0].env.T: the input "T"')]);
  });

  it('is each value of a forEach that stands in the file', async () => {
    const plan = (forEach: string) => ({
      'plan.yaml': `${define('{ enum: [a, b] }')}steps: [{ use: "#d", forEach: ${forEach} }]`,
    });
    expect(await faults(plan('{ T: [a, c] }'))).toEqual([
      expect.stringContaining('root.steps[0].forEach.T[1]: the input "T" of "#d": expected "a" or "b", got "c"'),
    ]);
    expect(await faults(plan('[{ T: c }]'))).toEqual([
      expect.stringContaining('root.steps[0].forEach[0].T: the input "T" of "#d"'),
    ]);
    expect(await faults(plan('{ T: [a, "${HOME:-x}"] }'))).toEqual([]);
    expect(await faults(plan('{ T: { lines: list } }'))).toEqual([]);
  });

  it('may not be hidden by the root of the file', async () => {
    expect(await faults({ 'plan.yaml': `env: { T: x }\n${define('{}')}use: "#d"` })).toEqual([
      expect.stringContaining(
        'root.define.d.inputs.T: the env at the root sets "T", too, which would hide what is given',
      ),
    ]);
  });

  it('may not be hidden by what stands beside it, in env or envFile, of a plan or a definition', async () => {
    const hidden = (where: string, what: string, more = '') =>
      expect.stringContaining(
        ` root.${where}inputs.T: the ${what} sets "T", too, which would hide what is given; rename one of them${more}`,
      );
    const made = ', or make it of what is given: "${T}"';
    const files = { 'x.env': 'T=x\n' };
    const plan = (text: string) => faults({ ...files, 'plan.yaml': text });
    expect(await plan('{ inputs: { T: {} }, env: { T: x }, run: a }')).toEqual([hidden('', 'env beside it', made)]);
    expect(await plan('{ inputs: { T: {} }, envFile: x.env, run: a }')).toEqual([hidden('', 'envFile beside it')]);
    expect(await plan('{ define: { d: { inputs: { T: {} }, env: { T: x }, run: a } }, use: "#d" }')).toEqual([
      hidden('define.d.', 'env beside it', made),
      expect.stringContaining('needs the input "T"'),
    ]);
    expect(await plan('{ define: { d: { inputs: { T: {} }, run: a } }, envFile: x.env, run: b }')).toEqual([
      hidden('define.d.', 'envFile at the root'),
    ]);
    const lib = 'envFile: x.env\ndefine: { d: { inputs: { T: {} }, run: a } }';
    expect(await faults({ ...files, 'lib.yaml': lib, 'plan.yaml': '{ use: "lib.yaml#d", env: { T: y } }' })).toEqual([
      hidden('define.d.', 'envFile at the root'),
    ]);
  });

  it('may be made into another value of the same name', async () => {
    expect(await faults({ 'plan.yaml': '{ inputs: { T: {} }, env: { T: "v${T}" }, run: a }' })).toEqual([]);
    expect(
      await faults({ 'plan.yaml': '{ inputs: { T: {} }, envFile: [{ path: none.env, optional: true }], run: a }' }),
    ).toEqual([]);
  });
});

describe('secrets of what is used', () => {
  it('are those of each file, also where two definitions are the same text', async () => {
    const files = {
      'plan.yaml': 'steps: [{ use: one.yaml#go }, { use: two.yaml#go }]',
      'one.yaml': 'define: { go: "echo $T" }',
      'two.yaml': 'secrets: [T]\ndefine: { go: "echo $T" }',
    };
    expect(await planOf(files)).toMatchObject({ secrets: ['T'], secretsElsewhere: { T: 'two.yaml' } });
  });

  it('are so from the beginning, not only where they go on under another name', async () => {
    const plan = 'secrets: [TOKEN]\ndefine: { get: { run: x, save: T } }\nsteps: [{ use: "#get", save: { TOKEN: T } }]';
    expect(await faults({ 'plan.yaml': plan })).toEqual([
      expect.stringContaining('root.steps[0].save.TOKEN: "T" goes on as the secret "TOKEN", and is none itself'),
    ]);
  });
});

describe('hostile uses', () => {
  it('that lead on and on are told, however long the way is', async () => {
    const chain = Array.from({ length: 5000 }, (_, index) => `  d${index}: { use: "#d${index + 1}" }\n`).join('');
    expect(await faults({ 'plan.yaml': `use: "#d0"\ndefine:\n${chain}  d5000: x\n` })).toEqual([
      expect.stringContaining('with what it uses, steps nest more than 64 deep'),
    ]);
  });

  it('through links that lead back are a circle', async () => {
    const { symlinkSync } = process.getBuiltinModule('node:fs');
    await inFolder(async folder => {
      for (const name of ['s1', 's2']) symlinkSync('.', join(folder, name));
      await writeFile(join(folder, 'plan.yaml'), 'steps: [{ use: s1/plan.yaml }, { use: s2/plan.yaml }]');
      const loaded = await loadPlan('plan.yaml', { cwd: folder });
      const messages = loaded.type === 'rejected' ? loaded.problems.map(({ message }) => message) : [];
      expect(messages[0]).toMatch(/^use goes in a circle: plan\.yaml → /);
    });
  });

  it('of a name that can be none are told so, and thousands of wrong ones are told soon', async () => {
    expect(await faults({ 'plan.yaml': 'use: "#Build"\ndefine: { build: x }' })).toEqual([
      expect.stringContaining('no such file; the name of a definition is of a-z, 0-9, "_" and "-"'),
    ]);
    const names = Array.from({ length: 3000 }, (_, index) => index);
    const define = names.map(name => `  d${name}: x\n`).join('');
    const uses = names.map(name => `  - { use: "#x${name}" }\n`).join('');
    expect(await faults({ 'plan.yaml': `define:\n${define}steps:\n${uses}` })).toHaveLength(3000);
  });

  it('of what is no regular file are refused', async () => {
    expect(await faults({ 'plan.yaml': 'use: /dev/null' })).toEqual([
      expect.stringContaining('"/dev/null": this is no regular file'),
    ]);
  });
});

describe('ready on a use', () => {
  it('may look at the log of a command, not of a group', async () => {
    const plan = (define: string) => ({
      'plan.yaml': `define: { s: ${define}, t: { use: "#s" } }\nsteps: [{ use: "#t", background: true, ready: { log: up } }]`,
    });
    expect(await faults(plan('x'))).toEqual([]);
    expect(await faults(plan('{ steps: [x] }'))).toEqual([
      expect.stringContaining('root.steps[0].ready.log: a group prints nothing itself'),
    ]);
  });
});

describe('variables across a use', () => {
  it('are known inside as they are at its place, with the root of the file of a definition', async () => {
    const lib =
      'env: { ROOT: r }\nenvFile: { path: .env, optional: true }\ndefine: { a: { run: [echo, "${ROOT} ${OUTER}"] } }';
    expect(await faults({ 'plan.yaml': 'env: { OUTER: o }\nsteps: [{ use: lib.yaml#a }]', 'lib.yaml': lib })).toEqual(
      [],
    );
    const closed = 'env: { ROOT: r }\ndefine: { a: { run: [echo, "${ROOT} ${OUTER}"] } }';
    expect(await faults({ 'plan.yaml': 'steps: [{ use: lib.yaml#a }]', 'lib.yaml': closed })).toEqual([
      expect.stringMatching(/^lib\.yaml:2:28 root\.define\.a\.run\[1\]: nothing sets "OUTER"/),
    ]);
  });

  it('are not judged in a definition that nobody uses', async () => {
    expect(await faults({ 'plan.yaml': 'run: x\ndefine: { a: { run: [echo, "${CALLER}"] } }' })).toEqual([]);
  });

  it('are those that are saved inside, under the names that save gives them', async () => {
    const define = 'define: { a: { steps: [{ run: echo 1, save: V }] } }';
    const following = (use: string, name: string) => ({
      'plan.yaml': `${define}\nsteps: [{ use: "#a"${use} }, { run: [echo, "\${${name}}"] }]`,
    });
    expect(await faults(following('', 'V'))).toEqual([]);
    expect(await faults(following(', save: { W: V }', 'W'))).toEqual([]);
    expect(await faults(following(', save: V', 'V'))).toEqual([]);
    expect(await faults(following(', save: []', 'V'))).toEqual([
      expect.stringContaining('sets "V", but nothing makes this wait for it'),
    ]);
    expect(await faults(following(', save: [U]', 'U'))).toEqual([
      expect.stringContaining('root.steps[0].save[0]: no step of "#a" saves "U"'),
    ]);
  });

  it('may not be saved twice at once, and save says which is whose', async () => {
    const define = 'define: { a: { run: echo 1, save: V } }';
    expect(await faults({ 'plan.yaml': `${define}\ngather: [{ id: x, use: "#a" }, { id: y, use: "#a" }]` })).toEqual([
      'plan.yaml:2:46 root.gather[1].use: root.gather[0].use saves "V", too, and both run at once; say in save what each of them hands on',
    ]);
    expect(
      await faults({
        'plan.yaml': `${define}\ngather: [{ id: x, use: "#a", save: { A: V } }, { id: y, use: "#a", save: { B: V } }]`,
      }),
    ).toEqual([]);
  });

  it('may not hold a secret that stands in any of the files', async () => {
    const files = {
      'plan.yaml': 'use: a.yaml\nenv: { TOKEN: literal-value }',
      'a.yaml': 'secrets: [TOKEN]\nrun: x',
    };
    expect(await faults(files)).toEqual([
      expect.stringContaining('plan.yaml:2:8 root.env.TOKEN: the value of the secret "TOKEN" is written in the plan'),
    ]);
  });
});

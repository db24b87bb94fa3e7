import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { definePlan, loadPlan, planFrom } from '../../src/plan/load.ts';
import { formatProblems } from '../../src/plan/problems.ts';
import { inFolder, load, problemsOf } from './loading.ts';

/** What loading a file of a folder says. */
async function told(folder: string, file: string): Promise<string> {
  const result = await loadPlan(file, { cwd: folder });
  return result.type === 'loaded' ? 'loaded' : formatProblems(result.problems);
}

describe('a plan from a file', () => {
  test('knows its name, its file and its folder', () =>
    inFolder(async folder => {
      await mkdir(join(folder, 'sub'));
      await writeFile(join(folder, 'sub', 'deploy.yaml'), 'run: x');
      const result = await loadPlan('sub/deploy.yaml', { cwd: folder });
      expect(result).toMatchObject({
        type: 'loaded',
        plan: { name: 'deploy', file: join(folder, 'sub', 'deploy.yaml'), folder: join(folder, 'sub'), slots: 64 },
        warnings: [],
      });
    }));

  test('takes its name from the file itself where it has one', async () => {
    expect(await load('{"run": "x", "name": "Ship it"}', 'deploy.json')).toMatchObject({ plan: { name: 'Ship it' } });
  });

  test('of no known extension is JSON or YAML by its first character', async () => {
    expect((await load('{"run": "x"}', 'plan')).type).toBe('loaded');
    expect((await load('run: x', 'plan.conf')).type).toBe('loaded');
  });

  test('may be a pipe', () =>
    inFolder(async folder => {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      const loading = loadPlan('pipe', { cwd: folder });
      await writeFile(join(folder, 'pipe'), '{"run": "x"}');
      expect((await loading).type).toBe('loaded');
    }));
});

describe('a file that cannot be read', () => {
  test.each<[string, (folder: string) => Promise<unknown>, string, string]>([
    ['is missing', async () => {}, 'plan.json', 'plan.json: no such file'],
    [
      'is spelt nearly so',
      folder => writeFile(join(folder, 'plan.yaml'), ''),
      'paln.yaml',
      'paln.yaml: no such file, did you mean "plan.yaml"?',
    ],
    [
      'is in a folder that is missing',
      async () => {},
      'no/plan.json',
      'no/plan.json: no such file; its folder does not exist either',
    ],
    [
      'is below a file',
      folder => writeFile(join(folder, 'a'), ''),
      'a/plan.json',
      'a/plan.json: no such file: a part of its path is not a folder',
    ],
    ['is a folder', folder => mkdir(join(folder, 'jobs')), 'jobs', 'jobs: this is a folder; name the plan file in it'],
    ['is the current folder', async () => {}, '.', '.: this is a folder; name the plan file in it'],
    ['is a link to itself', folder => symlink('a', join(folder, 'a')), 'a', 'a: symbolic links that lead in a circle'],
    ['has an impossible name', async () => {}, 'a\0b', 'a\\u0000b: cannot be read: '],
    ['has too long a name', async () => {}, 'a'.repeat(5000), `${'a'.repeat(5000)}: cannot be read: ENAMETOOLONG`],
  ])('because it %s is told so', (_, prepare, file, message) =>
    inFolder(async folder => {
      await prepare(folder);
      expect((await told(folder, file)).slice(0, message.length)).toBe(message);
    }),
  );

  test.skipIf(process.getuid?.() === 0)('because of its permissions is told so', () =>
    inFolder(async folder => {
      await writeFile(join(folder, 'plan.json'), '{"run": "x"}');
      await chmod(join(folder, 'plan.json'), 0);
      expect(await told(folder, 'plan.json')).toBe('plan.json: no permission to read it');
    }),
  );

  test('below the current folder is named relative to it, else in full', () =>
    inFolder(async folder => {
      expect(await told(join(folder, 'sub'), '../plan.json')).toMatch(`${join(folder, 'plan.json')}: no such file`);
      expect(await told(folder, '..plan.json')).toBe('..plan.json: no such file');
    }));
});

test.each(['', undefined, null, 5, {}])('%j names no file, and is told so', async source => {
  expect(await loadPlan(source as string)).toEqual({
    type: 'rejected',
    problems: [{ message: 'no plan is named; give the path of a file, or "-" for standard input', path: '', file: '' }],
  });
});

describe('a file that is no text', () => {
  test.each<[string, Uint8Array, string]>([
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), '1:1 the file is UTF-16; save it as UTF-8'],
    [
      'with a NUL',
      Buffer.from('{\n"run": "\0"}'),
      '2:9 a NUL character; a plan is text in UTF-8, is this the right file?',
    ],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), '1:2 not UTF-8 from here on; save the file as UTF-8'],
  ])('%s is told so', async (_, bytes, problem) => {
    expect(await problemsOf(bytes, 'plan.json')).toEqual([problem]);
  });

  test('is not one that has a replacement character', async () => {
    expect(await problemsOf('{"run": "\ufffd"}', 'plan.json')).toEqual([]);
  });
});

describe('a plan from standard input', () => {
  test('has the current folder and no file', async () => {
    const result = await load('{"run": "x"}');
    expect(result).toMatchObject({ plan: { name: 'plan', folder: '/plans' } });
    expect(result.type === 'loaded' && 'file' in result.plan).toBe(false);
  });

  test('is <stdin> in problems', async () => {
    const result = await load('run: 5');
    expect(result.type === 'rejected' && formatProblems(result.problems)).toMatch(/^<stdin>:1:6 root\.run: expected /);
  });

  test('that cannot be read is a problem', async () => {
    const stdin = () => Promise.reject(new Error('it is closed'));
    expect(await loadPlan('-', { stdin })).toMatchObject({
      problems: [{ message: 'standard input cannot be read: Error: it is closed' }],
    });
    expect(await loadPlan('-')).toMatchObject({
      problems: [{ message: 'no standard input to read here; give a file', file: '<stdin>' }],
    });
  });
});

describe('a plan from a module', () => {
  test('is its default export', async () => {
    expect(await load('export default { steps: ["x"], timeout: undefined }', 'plan.mjs')).toMatchObject({
      plan: { name: 'plan', root: { children: [{ command: 'x' }] } },
    });
  });

  test('has problems with a path', async () => {
    expect(await problemsOf('export default { steps: [5] }', 'plan.mjs')).toEqual([
      'root.steps[0]: expected a step: a command (text) or an object, got 5',
    ]);
  });

  test('without a default export is told so', async () => {
    expect(await problemsOf('export const plan = 1', 'plan.mjs')).toEqual([
      'the module has no default export; write "export default { … }" with the plan in it',
    ]);
  });

  test('that throws is told in one line with its place', async () => {
    expect(await problemsOf('\n\nthrow new TypeError("no\\nway")', 'plan.mjs')).toEqual([
      '3:7 the module cannot be loaded: TypeError: no',
    ]);
    expect(await problemsOf('throw "a\\u001bb"', 'plan.mjs')).toEqual(['the module cannot be loaded: a\\u001bb']);
  });

  test.each([
    ['an object without a prototype', 'throw Object.create(null)', 'something that cannot be shown'],
    ['an error with a strange message', 'throw Object.assign(new Error(), { message: 5 })', 'Error: 5'],
    ['an error that throws', 'throw new Proxy(new Error(), { get() { throw 1 } })', 'something that cannot be shown'],
    ['a long text', 'throw "x".repeat(1e6)', `${'x'.repeat(100)}…${'x'.repeat(99)}`],
    ['nothing', 'throw undefined', 'undefined'],
  ])('that throws %s is told so', async (_, text, told) => {
    expect(await problemsOf(text, 'plan.mjs')).toEqual([
      expect.stringMatching(new RegExp(`^(?:1:\\d+ )?the module cannot be loaded: ${told}$`)),
    ]);
  });

  test('may have a getter that throws, with its path', async () => {
    const text = 'export default { steps: ["x", { get run() { throw new Error("g\\nh") } }] }';
    expect(await problemsOf(text, 'plan.mjs')).toEqual(['root.steps[1].run: reading it has thrown: Error: g']);
  });

  test.each(['plan.ts', 'plan.mts', 'plan.CTS'])(
    'in TypeScript, as %s, is refused in words, not read as YAML',
    async file => {
      expect(await problemsOf('export default { steps: ["x"] }', file)).toEqual([
        'a module in TypeScript is not read; compile it to .mjs, or import it and give what it exports to run()',
      ]);
    },
  );

  test('that is no JavaScript is told so', async () => {
    const [problem] = await problemsOf('export default {', 'plan.mjs');
    expect(problem).toMatch(/the module cannot be loaded: /);
  });
});

describe('a plan from an object', () => {
  test('has the folder that it is given', () => {
    const plan = definePlan({ gather: ['a', { run: ['b'] }], limit: 2 });
    expect(planFrom(plan, { folder: '/plans', name: 'mine', file: '/plans/mine.ts' })).toMatchObject({
      plan: { name: 'mine', folder: '/plans', file: '/plans/mine.ts', root: { type: 'gather', limit: 2 } },
    });
  });

  test('has problems without a place', () => {
    expect(planFrom({}, { folder: '/plans' })).toEqual({
      type: 'rejected',
      problems: [{ message: 'no body: add one of run, http, steps, gather, any, use, sleep', path: 'root', file: '' }],
    });
  });
});

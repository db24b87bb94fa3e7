/** Which `${NAME}` of a plan is an error of the file: one that nothing upstream can have set. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Given } from '../../src/plan/given.ts';
import { planFrom } from '../../src/plan/load.ts';
import { inFolder, problemsOf } from './loading.ts';

const NOTHING: Given = { set: {}, files: [], env: {} };

/** Problems of a value, as `path: message`. */
function problemsWith(value: unknown, given: Partial<Given> = {}, folder = '/plans'): string[] {
  const result = planFrom(value, { folder, given: { ...NOTHING, ...given } });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

const X = `\${X}`;
const unset = (name: string) =>
  `nothing sets "${name}"; set it in env, inputs or the environment, or give a default: \${${name}:-…}`;
const save = { id: 'save', run: 'x', save: 'X' };
const use = { run: ['echo', X] };

describe('a name that nothing sets is told where it stands', () => {
  test.each<[unknown, string]>([
    [{ run: ['echo', 'a', `b${X}`] }, 'root.run[2]'],
    [{ http: `GET http://a/${X}` }, 'root.http'],
    [{ http: { url: `http://a/${X}` } }, 'root.http.url'],
    [{ http: { url: 'http://a', headers: { A: X } } }, 'root.http.headers.A'],
    [{ http: { url: 'http://a', method: 'PUT', json: { a: [1, { b: X }] } } }, 'root.http.json.a[1].b'],
    [{ http: { url: 'http://a', method: 'PUT', body: X } }, 'root.http.body'],
    [{ run: 'x', env: { A: X } }, 'root.env.A'],
    [{ run: 'x', env: { X } }, 'root.env.X'],
    [{ run: 'x', envFile: X }, 'root.envFile'],
    [{ run: 'x', envFile: [{ path: X }] }, 'root.envFile[0].path'],
    [{ run: 'x', cwd: X }, 'root.cwd'],
    [{ cwd: X, steps: [{ run: 'x' }, { run: 'x' }] }, 'root.cwd'],
    [{ cwd: X, steps: ['x'] }, 'root.cwd'],
    [{ cwd: X, gather: ['x', { run: 'y', needs: ['1'] }] }, 'root.cwd'],
    [{ cwd: X, any: ['x'] }, 'root.cwd'],
    [{ run: 'x', name: `a ${X}` }, 'root.name'],
    [{ run: 'x', saveTo: X }, 'root.saveTo'],
    [{ run: 'x', launcher: ['a', X] }, 'root.launcher[1]'],
    [{ launcher: [X], steps: [{ run: 'x' }, { run: ['y'] }] }, 'root.launcher[0]'],
    [{ run: 'x', stdin: { text: X } }, 'root.stdin.text'],
    [{ run: 'x', stdin: { file: X } }, 'root.stdin.file'],
    [{ run: 'x', every: { cron: X } }, 'root.every.cron'],
    [{ run: 'x', every: { cron: '@daily', timezone: X } }, 'root.every.timezone'],
    [{ forEach: { A: ['a', X] }, run: 'x' }, 'root.forEach.A[1]'],
    [{ forEach: { A: { lines: X } }, run: 'x' }, 'root.forEach.A.lines'],
    [{ forEach: { A: { glob: X } }, run: 'x' }, 'root.forEach.A.glob'],
    [{ forEach: [{ A: X }], run: 'x' }, 'root.forEach[0].A'],
    [{ gather: [{ any: [{ steps: [use] }] }] }, 'root.gather[0].any[0].steps[0].run[1]'],
    [{ run: 'x', finally: { steps: [use] } }, 'root.finally.steps[0].run[1]'],
  ])('%j', (plan, path) => {
    expect(problemsWith(plan)).toEqual([`${path}: ${unset('X')}`]);
  });

  test.each([
    ['${N-x}', 'N'],
    ['${N:=x}', 'N'],
    ['${N:?m}', 'N'],
    ['${N:+y}', 'N'],
    ['${N/a/b}', 'N'],
    ['${}', 'NAME'],
    ['${N', 'N'],
  ])('%s in a path or a URL is told, where no shell would expand it', (text, name) => {
    const words = `"${text}" stands as it is written: no shell reads this; write "\${${name}}" or "\${${name}:-…}", or "$$\{" for a dollar and a brace`;
    const env = { N: 'x' };
    expect(problemsWith({ run: 'x', cwd: `a/${text}` }, { env })).toEqual([`root.cwd: ${words}`]);
    expect(problemsWith({ http: `GET http://a/${text}` }, { env })).toEqual([`root.http: ${words}`]);
    expect(problemsWith({ run: 'x', saveTo: `a/${text}` }, { env })).toEqual([`root.saveTo: ${words}`]);
    expect(problemsWith({ run: 'x', forEach: { A: { lines: `a/${text}` } } }, { env })).toEqual([
      `root.forEach.A.lines: ${words}`,
    ]);
    expect(problemsWith({ run: 'x', saveTo: `a/$${text}` }, { env })).toEqual([]);
    expect(problemsWith({ run: `echo "${text}"`, name: `a ${text}` }, { env })).toEqual([]);
  });

  test('an expression of GitHub is told in every text but scripts', () => {
    const text = 'a ${{ github.sha }}';
    const words =
      '"${{ … }}" is an expression of GitHub Actions, which means nothing here; write "${NAME}", or "$${{" where it is meant';
    expect(problemsWith({ run: ['echo', text] })).toEqual([`root.run[1]: ${words}`]);
    expect(problemsWith({ run: 'x', env: { A: text } })).toEqual([`root.env.A: ${words}`]);
    expect(problemsWith({ run: 'x', cwd: text })).toEqual([`root.cwd: ${words}`]);
    expect(problemsWith({ http: { url: 'http://a', method: 'PUT', json: { a: text } } })).toEqual([
      `root.http.json.a: ${words}`,
    ]);
    expect(problemsWith({ run: `echo "${text}"`, stdin: { text: text.replace('$', '$$$$') } })).toEqual([]);
  });

  test('a known name without braces in a path or a URL is told, where no shell would expand it', () => {
    const env = { N: 'x' };
    const bare = `"$N" stands as it is written: no shell reads this; write "\${N}", or "$$N" where a dollar is meant`;
    const told: [unknown, string][] = [
      [{ run: 'x', saveTo: 'out/$N.txt' }, 'saveTo'],
      [{ run: 'x', cwd: '$N' }, 'cwd'],
      [{ cwd: '$N', gather: ['x', 'y'] }, 'cwd'],
      [{ run: 'x', stdin: { file: '$N' } }, 'stdin.file'],
      [{ run: 'x', envFile: { path: '$N', optional: true } }, 'envFile.path'],
      [{ http: 'http://a/$N' }, 'http'],
      [{ http: { url: 'http://a/$N?b' } }, 'http.url'],
      [{ httpDefaults: { baseUrl: 'http://a/$N/' }, steps: [{ http: 'b' }] }, 'httpDefaults.baseUrl'],
      [{ http: { url: 'http://a', method: 'PUT', file: '$N' } }, 'http.file'],
      [{ http: { url: 'http://a', proxy: 'http://$N' } }, 'http.proxy'],
      [{ http: { url: 'https://a', tls: { ca: '$N' } } }, 'http.tls.ca'],
      [
        { http: { url: 'http://a', method: 'PUT', multipart: { a: '$N', b: [{ file: '$N' }] } } },
        'http.multipart.b[0].file',
      ],
      [{ forEach: { A: { lines: '$N' } }, run: 'x' }, 'forEach.A.lines'],
      [{ forEach: { A: { glob: '$N/*' } }, run: 'x' }, 'forEach.A.glob'],
      [{ gather: [{ run: 'x', background: true, ready: { http: 'http://a/$N' } }] }, 'gather[0].ready.http'],
    ];
    for (const [step, path] of told) {
      expect(problemsWith({ env, steps: [step] }), path).toEqual([`root.steps[0].${path}: ${bare}`]);
    }
    expect(problemsWith({ env, notify: 'http://a/$HOME', run: 'x' }, { env: { HOME: 'x' } })).toHaveLength(1);
    expect(problemsWith({ forEach: { N: ['a', 'b'] }, run: 'x', saveTo: 'out/$N.txt' })).toEqual([
      `root.saveTo: ${bare}`,
    ]);
    expect(problemsWith({ run: 'x', saveTo: '$RUNJOBS_STEP_KEY' })).toHaveLength(1);
  });

  test.each<[unknown]>([
    [{ run: 'x', saveTo: 'out/$$N.txt' }],
    [{ run: 'x', saveTo: 'out/$M$1$' }],
    [{ run: 'x', saveTo: 'out/$NA' }],
    [{ run: 'x', saveTo: `\${M:-$N}` }],
    [{ run: ['echo', '$N'] }],
    [{ run: 'echo $N', env: { B: '$N' }, stdin: { text: '$N' }, name: '$N', launcher: ['$N'] }],
    [
      {
        http: { url: 'http://a', method: 'PUT', json: { url: '$N' }, headers: { file: '$N' }, query: { url: '$N' } },
      },
    ],
    [{ forEach: { A: ['$N', 'b'] }, run: 'x' }],
    [{ forEach: { A: { lines: { run: 'echo $N' } } }, run: 'x' }],
  ])('but not a dollar that may be meant: %j', step => {
    expect(problemsWith({ env: { N: 'x' }, steps: [step] })).toEqual([]);
  });

  test('with line, column and the nearest name', async () => {
    const text = `env: { VERSION: 1 }\nsteps:\n  - run: [echo, "\${VERSOIN}"]\n`;
    expect(await problemsOf(text)).toEqual([
      '3:17 root.steps[0].run[1]: nothing sets "VERSOIN", did you mean "VERSION"?',
    ]);
  });

  test('the nearest name of the environment is found, too', () => {
    expect(problemsWith({ run: [`\${HOSTNAM}`] }, { env: { HOSTNAME: 'a' } })).toEqual([
      'root.run[0]: nothing sets "HOSTNAM", did you mean "HOSTNAME"?',
    ]);
  });

  test('a default that names another variable is told, as nothing would expand that', () => {
    const nested = (name: string) =>
      `the default of "${name}" stands as it is written: no other variable is expanded in it; let a script work it out, and save it`;
    expect(problemsWith({ run: [`\${A:-\${HOME}/x}`] })).toEqual([`root.run[0]: ${nested('A')}`]);
    expect(problemsWith({ env: { B: `a\${A:-x\${B:-}y}` }, run: 'x' })).toEqual([`root.env.B: ${nested('A')}`]);
    expect(problemsWith({ run: [`\${A:-x}\${B:-$HOME}`] })).toEqual([]);
  });

  test('a value of JSON stands alone in a text, and in JSON only', () => {
    const at = (http: object) => problemsWith({ env: { N: 1 }, http: { url: 'http://a', method: 'PUT', ...http } });
    const json = `\${N:json}`;
    const rule = { equals: [json], includes: json };
    expect(at({ json: { a: [json] }, expect: { json: { '/a': json, '/b': rule } } })).toEqual([]);
    expect(at({ expect: { event: { json: { '/a': json } } } })).toEqual([]);
    const alone = `"${json}" stands alone: it is all of a value; write "\${N}" for its text`;
    expect(at({ json: `a ${json}`, expect: { json: { '/a': `${json} ` } } })).toEqual([
      `root.http.json: ${alone}`,
      `root.http.expect.json["/a"]: ${alone}`,
    ]);
    const elsewhere = `"${json}" has a place in "json" and "expect.json" of a request only; write "\${N}" for its text`;
    expect(at({ body: json, headers: { a: json }, expect: { body: { includes: json } } }).sort()).toEqual([
      `root.http.body: ${elsewhere}`,
      `root.http.expect.body.includes: ${elsewhere}`,
      `root.http.headers.a: ${elsewhere}`,
    ]);
    expect(at({ expect: { event: { name: json } } })).toEqual([`root.http.expect.event.name: ${elsewhere}`]);
    expect(problemsWith({ env: { N: 1 }, run: ['echo', json] })).toEqual([`root.run[1]: ${elsewhere}`]);
    expect(at({ json: { a: `\${NO:json}` } })).toEqual([
      'root.http.json.a: nothing sets "NO"; set it in env, inputs or the environment',
    ]);
  });

  test('of a variable in the same env it is told why it is not seen', () => {
    const beside = `"A" is set in the same env, whose values see only what is set further out; set it there, or in inputs, or give a default: \${A:-…}`;
    const env = { A: 1, B: `\${A}` };
    expect(problemsWith({ env, run: ['echo', `\${B}`] })).toEqual([`root.env.B: ${beside}`]);
    expect(problemsWith({ env: { A: 2 }, steps: [{ env, run: 'x' }] })).toEqual([]);
    expect(problemsWith({ steps: [{ env: { A: 1 }, run: 'x' }, { run: [`\${A}`] }] })).toEqual([
      `root.steps[1].run[0]: ${unset('A')}`,
    ]);
  });

  test('one name of a text is told at a time', () => {
    expect(problemsWith({ run: [`\${A}${X}`] })).toEqual([`root.run[0]: ${unset('A')}`]);
  });
});

describe('it is no error', () => {
  test.each<[string, unknown]>([
    ['in a script, which is for the shell', { run: `echo ${X}`, stop: { run: X } }],
    ['with a default', { run: ['echo', `\${X:-}`] }],
    ['behind a second dollar', { run: ['echo', `$${X}`] }],
    ['in a description', { run: 'x', description: X }],
    ['in the env of the step or around it', { env: { X: 1 }, steps: [use, { env: { Y: X }, run: [`\${Y}`] }] }],
    ['when an input has the name', { inputs: { X: {} }, ...use }],
    ['when a step before has saved it', { steps: [save, use] }],
    ['when a step inside of one before has', { steps: [{ gather: [{ steps: [save] }, 'y'] }, { gather: [use] }] }],
    ['when a child of an any before has', { steps: [{ any: [save, { ...save, id: 'other' }] }, use] }],
    ['when a copy of a forEach before has', { steps: [{ ...save, forEach: { A: [1] } }, use] }],
    ['when one that is needed has', { gather: [save, { ...use, needs: 'save' }] }],
    ['when it stands further down', { gather: [{ ...use, needs: ['save'] }, save] }],
    [
      'when one has that a needed one needs',
      { gather: [save, { id: 'b', run: 'x', needs: 'save' }, { ...use, needs: [{ id: 'b', when: 'ended' }] }] },
    ],
    ['in the finally of what has saved it', { steps: [save], finally: [use] }],
    ['in the finally of the very step', { ...save, finally: [use] }],
    ['when an earlier step of the finally has saved it', { run: 'x', finally: [save, use] }],
    ['for a name of a forEach', { forEach: { X: [1] }, ...use, name: X, env: { Y: X } }],
    ['for a member of its objects', { forEach: { U: { json: 'a' } }, run: [`\${U_name}\${U}`] }],
    ['for a column', { forEach: { U: { csv: 'a' } }, run: [`\${U_name}`] }],
    ['for a name that all objects of a list have', { forEach: [{ X: 1, Y: 2 }, { X: 3 }], ...use }],
    ['in a list of objects without any', { forEach: [], ...use }],
    ['in a list, for a name of the env', { forEach: { A: [X], B: { glob: X } }, env: { X: 1 }, run: 'x' }],
    ['for a variable that holds a list', { steps: [save, { forEach: { A: { lines: { var: 'X' } } }, run: 'x' }] }],
    ['in a cwd that only a step further in uses', { cwd: X, steps: [{ run: 'x', env: { X: 1 } }] }],
    ['for what runjobs sets', { run: [`\${RUNJOBS_RUN}\${RUNJOBS_STEP}\${RUNJOBS_STEP_KEY}\${RUNJOBS_TMP}`] }],
    [
      'for what is the same in the whole run',
      { run: 'x', env: { A: `\${RUNJOBS_TMP}/\${RUNJOBS_RUN}` }, cwd: `\${RUNJOBS_TMP}` },
    ],
    ['for attempt and tick', { http: `http://a/\${RUNJOBS_ATTEMPT}/\${RUNJOBS_TICK}` }],
    [
      'for how the body ended, in finally',
      {
        run: 'x',
        finally: [{ run: [`\${RUNJOBS_OUTCOME}\${RUNJOBS_EXIT_CODE}`], env: { A: `\${RUNJOBS_FAILED_STEP}` } }],
      },
    ],
  ])('%s', (_, plan) => {
    expect(problemsWith(plan)).toEqual([]);
  });

  test('when the environment or a file that is given has it', () => {
    expect(problemsWith(use, { env: { X: '' } })).toEqual([]);
    expect(problemsWith(use, { files: [{ file: 'a.env', values: { X: '' } }] })).toEqual([]);
  });

  test('when the plan is only looked at', () => {
    expect(problemsWith(use, { isPartial: true })).toEqual([]);
  });
});

describe('what is set elsewhere is told with its place', () => {
  const elsewhere = (place: string) =>
    `${place} sets "X", but nothing makes this wait for it; name its step in needs, or put this after it, or give a default: \${X:-…}`;

  test.each<[string, unknown, string]>([
    [
      'by a sibling of a gather that is not needed',
      { gather: [save, use] },
      `root.gather[1].run[1]: ${elsewhere('root.gather[0].save')}`,
    ],
    [
      'by a sibling that is needed by another one',
      { gather: [save, { id: 'b', run: 'x', needs: 'save' }, { ...use, needs: [] }] },
      `root.gather[2].run[1]: ${elsewhere('root.gather[0].save')}`,
    ],
    ['by a later step', { steps: [use, save] }, `root.steps[0].run[1]: ${elsewhere('root.steps[1].save')}`],
    ['by the step itself', { ...use, save: ['X'] }, `root.run[1]: ${elsewhere('root.save[0]')}`],
    ['by a child of the same any', { any: [save, use] }, `root.any[1].run[1]: ${elsewhere('root.any[0].save')}`],
    [
      'in a finally, which keeps it to itself',
      { steps: [{ run: 'x', finally: [save] }, use] },
      'root.steps[1].run[1]: root.steps[0].finally[0].save sets "X", but what a finally saves stays in it; save it in a step before, or put this into that finally, or give a default: ${X:-…}',
    ],
    [
      'by a later step of the same finally',
      { run: 'x', finally: [use, save] },
      `root.finally[0].run[1]: ${elsewhere('root.finally[1].save')}`,
    ],
  ])('%s', (_, plan, problem) => {
    expect(problemsWith(plan)).toContain(problem);
  });
});

describe('what is known somewhere else only', () => {
  test.each<[string, unknown, string]>([
    [
      'a name that not every object of a list has',
      { forEach: [{ X: 1, Y: 2 }, { Y: 3 }], ...use },
      `root.run[1]: root.forEach[1] has no "X", which this needs; add it there, or give a default: \${X:-…}`,
    ],
    [
      'a name of a forEach in its finally',
      { forEach: { X: [1] }, run: 'x', finally: [use] },
      `root.finally[0].run[1]: ${unset('X')}`,
    ],
    ['a name of a list in another one', { forEach: { X: [1], B: [X] }, run: 'x' }, `root.forEach.B[0]: ${unset('X')}`],
    [
      'a variable for a list',
      { forEach: { A: { csv: { var: 'X' } } }, run: 'x' },
      'root.forEach.A.csv.var: nothing sets "X"; set it in env, inputs or the environment',
    ],
    [
      'what runjobs tells commands, in env',
      { run: 'x', env: { A: `\${RUNJOBS_STEP}` } },
      'root.env.A: "RUNJOBS_STEP" has a value in the texts of commands and requests only',
    ],
    [
      'what runjobs tells a finally, in a body',
      { run: [`\${RUNJOBS_OUTCOME}`] },
      'root.run[0]: "RUNJOBS_OUTCOME" has a value only in the steps of a finally, and in success and failure of notify',
    ],
    [
      'the same in what a monitor is told of the start',
      { run: 'x', notify: { start: { url: 'http://a', json: { a: `\${RUNJOBS_OUTCOME}` } } } },
      'root.notify.start.json.a: "RUNJOBS_OUTCOME" has a value only in the steps of a finally, and in success and failure of notify',
    ],
    [
      'what is there for a script alone',
      { run: [`\${RUNJOBS_OUTPUT}`] },
      'root.run[0]: "RUNJOBS_OUTPUT" has a value in the commands of a step with save: [NAME] only; let that script read "$RUNJOBS_OUTPUT"',
    ],
    [
      'what is there for the script of a stop alone',
      { run: [`\${RUNJOBS_PID}`] },
      'root.run[0]: "RUNJOBS_PID" has a value in the script of stop.run only; let that script read "$RUNJOBS_PID"',
    ],
    [
      'a name that only runjobs may set',
      { run: [`\${RUNJOBS_BRANCH_NAME}`] },
      'root.run[0]: nothing sets "RUNJOBS_BRANCH_NAME"; runjobs itself sets RUNJOBS_RUN, RUNJOBS_STEP, RUNJOBS_STEP_KEY, RUNJOBS_ATTEMPT, RUNJOBS_TICK and RUNJOBS_TMP',
    ],
    [
      'a mistyped one of them',
      { run: [`\${RUNJOBS_STEPS}`] },
      'root.run[0]: nothing sets "RUNJOBS_STEPS", did you mean "RUNJOBS_STEP"?',
    ],
  ])('is an error: %s', (_, plan, problem) => {
    expect(problemsWith(plan)).toEqual([problem]);
  });
});

describe('files of variables', () => {
  const withFiles = (plan: unknown, files: Record<string, string | Uint8Array>) =>
    inFolder(async folder => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      mkdirSync(join(folder, 'folder'));
      return problemsWith(plan, {}, folder);
    });

  test('set the names that are in them, for the step and below', async () => {
    const plan = { envFile: ['a.env', 'b$$.env'], steps: [{ run: [`${X}\${Y}`], env: { Z: X } }] };
    expect(await withFiles(plan, { 'a.env': 'X=1', 'b$.env': 'Y=2' })).toEqual([]);
    expect(await withFiles(plan, { 'a.env': 'X=1', 'b$.env': 'YY=2' })).toEqual([
      'root.steps[0].run[0]: nothing sets "Y", did you mean "YY"?',
    ]);
  });

  const NO_NAME =
    'expected NAME=value; a name is of letters, digits, "_", "." and "-", and begins with a letter or "_"';
  const OPEN = 'a quote is opened here, and not closed before the end of the file';
  test.each<[string, unknown, string]>([
    ['that is missing', 'none.env', 'no such file; write {path, optional: true} where it may be missing'],
    ['that is a folder', 'folder', 'this is a folder; name a file in it'],
    ['that is not UTF-8', 'latin.env', 'not UTF-8; save it as UTF-8'],
    ['with a NUL', 'nul.env', 'holds a NUL character; expected lines NAME=value'],
    ['with a line that is none', 'odd.env', `odd.env:2: ${NO_NAME}`],
    ['with a quote that is left open', 'open.env', `open.env:1: ${OPEN}`],
  ])('are errors of the plan where they stand: one %s', async (_, file, message) => {
    const files = {
      'latin.env': Buffer.from('A=\xe9', 'latin1'),
      'nul.env': 'A=\0',
      'odd.env': '#\nA B=1',
      'open.env': 'A="1',
    };
    expect(await withFiles({ run: 'x', envFile: file }, files)).toEqual([`root.envFile: ${message}`]);
    expect(await withFiles({ run: 'x', envFile: [{ path: file }] }, files)).toEqual([
      `root.envFile[0].path: ${message}`,
    ]);
  });

  test.each<[string, unknown]>([
    ['an optional one that is missing', { path: 'none.env', optional: true }],
    ['one whose path is not known yet', `\${DIR:-.}/none.env`],
  ])('let all names pass below where nobody can know: %s', async (_, envFile) => {
    expect(await withFiles({ steps: [{ envFile, ...use }] }, {})).toEqual([]);
    expect(await withFiles({ steps: [{ envFile, run: 'x' }, use] }, {})).toEqual([
      `root.steps[1].run[1]: ${unset('X')}`,
    ]);
  });
});

test('the names of 100 000 steps are looked at in one pass', () => {
  const steps = Array.from({ length: 100_000 }, (_, index) =>
    index === 0 ? { run: 'x', save: 'V0' } : { http: `http://a/\${V${index - 1}}`, save: `V${index}` },
  );
  expect(problemsWith({ steps: [...steps, use] })).toEqual([`root.steps[100000].run[1]: ${unset('X')}`]);
}, 30_000);

test('a chain of 20 000 needs is followed to its end', () => {
  const gather = Array.from({ length: 20_000 }, (_, index) => ({
    id: `s${index}`,
    ...(index === 0 ? save : index === 19_999 ? use : { run: 'x' }),
    ...(index === 0 ? { id: 's0' } : { needs: `s${index - 1}` }),
  }));
  expect(problemsWith({ gather })).toEqual([]);
}, 30_000);

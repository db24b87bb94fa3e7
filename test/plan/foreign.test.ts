/** Plans as people write them who come from other tools: what they are told. */
import { describe, expect, test } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';

const given = { set: {}, files: [], env: {} };

function told(value: unknown): string[] {
  const result = planFrom(value, { folder: '/plans', given });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

const SCHEDULE_OR_EVERY =
  'did you mean "schedule", of which "runjobs cron print" makes lines for cron, or "every", by which one run does it again and again?';
const SHOWN =
  'a step with a "name" shows that in the place of its command; what a run shows at all is chosen by --reporter and --quiet';

describe('a key of another tool is told with the one that stands for it here', () => {
  test.each<[tool: string, step: object, key: string, meant: string]>([
    ['process-compose', { readiness_probe: {} }, 'readiness_probe', 'ready'],
    ['process-compose', { availability: {} }, 'availability', 'retry'],
    ['process-compose', { shutdown: {} }, 'shutdown', 'stop'],
    ['process-compose', { is_daemon: true }, 'is_daemon', 'background'],
    ['compose', { healthcheck: {} }, 'healthcheck', 'ready'],
    ['dagu', { signalOnStop: 'SIGINT' }, 'signalOnStop', 'stop'],
    ['dagu', { stdout: '/tmp/x' }, 'stdout', 'saveTo'],
    ['dagu', { repeatPolicy: {} }, 'repeatPolicy', 'every'],
    ['Task', { for: ['a'] }, 'for', 'forEach'],
    ['Task', { defer: 'rm x' }, 'defer', 'finally'],
    ['Task', { platforms: ['linux'] }, 'platforms', 'if'],
    ['Task', { prompt: 'Sure?' }, 'prompt', 'interactive'],
    ['GitLab', { after_script: [] }, 'after_script', 'finally'],
    ['GitLab', { rules: [] }, 'rules', 'if'],
    ['concurrently', { killOthersOnFail: true }, 'killOthersOnFail', 'failFast'],
    ['concurrently', { restartTries: 3 }, 'restartTries', 'retry'],
    ['Ansible', { become: true }, 'become', 'launcher'],
  ])('of %s: %o', (_, step, key, meant) => {
    expect(told({ steps: [{ run: 'x', ...step }] })).toEqual([
      `root.steps[0].${key}: unknown key, did you mean "${meant}"?`,
    ]);
  });

  test.each<[object, string]>([
    [{ jobs: { a: {} } }, 'root.jobs: unknown key, did you mean "gather"?'],
    [{ processes: { a: {} } }, 'root.processes: unknown key, did you mean "gather"?'],
    [{ services: { a: {} } }, 'root.services: unknown key, did you mean "gather"?'],
    [{ tasks: { a: {} } }, 'root.tasks: unknown key, did you mean "define"?'],
    [{ scripts: { a: 'x' } }, 'root.scripts: unknown key, did you mean "define"?'],
    [{ tasks: [{ name: 'a' }] }, 'root.tasks: unknown key, did you mean "steps"?'],
    [{ gather: [], concurrency: 2 }, 'root.concurrency: unknown key, did you mean "limit"?'],
    [{ run: 'x', concurrency: { group: 'a' } }, 'root.concurrency: unknown key, did you mean "lock"?'],
    [{ run: 'x', on: 'push' }, 'root.on: unknown key, did you mean "schedule"?'],
    ...['*/5 * * * *', ['@daily'], { every: '5m' }].map((cron): [object, string] => [
      { run: 'x', cron },
      `root.cron: unknown key, ${SCHEDULE_OR_EVERY}`,
    ]),
    [
      { define: { a: { run: 'x', cron: '@daily' } }, use: '#a' },
      `root.define.a.cron: unknown key, ${SCHEDULE_OR_EVERY}`,
    ],
    [{ steps: [{ run: 'x', cron: '@daily' }] }, 'root.steps[0].cron: unknown key, did you mean "every"?'],
    [{ run: 'x', handlerOn: {} }, 'root.handlerOn: unknown key, did you mean "finally"?'],
    [{ run: 'x', mailOn: {} }, 'root.mailOn: unknown key, did you mean "notify"?'],
    [{ run: 'x', maxActiveRuns: 1 }, 'root.maxActiveRuns: unknown key, did you mean "lock"?'],
    [{ run: 'x', version: '3' }, 'root.version: unknown key; a plan has none; take it out'],
    [
      { steps: [{ run: 'x', sources: ['a'] }] },
      'root.steps[0].sources: unknown key; nothing tells what is up to date; an "if" says whether a step is to run',
    ],
    [
      { steps: [{ run: 'x', image: 'node' }] },
      'root.steps[0].image: unknown key; containers are started by commands, such as "docker run"',
    ],
    [
      { steps: [{ uses: 'actions/checkout@v4' }] },
      'root.steps[0].uses: unknown key; actions of GitHub run on its runners only; write what it does as a "run"',
    ],
    [{ run: 'x', silent: true }, `root.silent: unknown key; ${SHOWN}`],
    [{ steps: [{ run: 'x', silent: true }] }, `root.steps[0].silent: unknown key; ${SHOWN}`],
    [{ steps: [{ run: 'x', Quiet: true }] }, `root.steps[0].Quiet: unknown key; ${SHOWN}`],
    [{ steps: [{ uses: './a.yaml' }] }, 'root.steps[0].uses: unknown key, did you mean "use"?'],
    [{ steps: [{ task: 'a' }] }, 'root.steps[0].task: unknown key, did you mean "use"?'],
  ])('by its value: %o', (plan, problem) => {
    expect(told(plan)).toEqual([problem]);
  });
});

test.each<[plan: object, problems: string[]]>([
  [
    { build: 'make' },
    [
      'root: no body: add one of run, http, steps, gather, any, use, sleep',
      'root.build: unknown key; if it is a step, write {"steps": [{"id": "build", "run": "make"}]}',
    ],
  ],
  [
    { stages: ['build'], 'build-job': { stage: 'build', script: ['make'] } },
    [
      'root.stages: unknown key, did you mean "steps"?',
      'root.build-job: unknown key; if it is a step, write {"steps": [{"id": "build-job", "run": …}]}',
    ],
  ],
  [{ build: 'make', run: 'x' }, ['root.build: unknown key; "runjobs schema" prints all keys']],
  [
    { build: 1 },
    [
      'root: no body: add one of run, http, steps, gather, any, use, sleep',
      'root.build: unknown key; "runjobs schema" prints all keys',
    ],
  ],
])('a step at the root of a plan that has no other is told to stand in a list: %o', (plan, problems) => {
  expect(told(plan).sort()).toEqual(problems.sort());
});

test('what a definition needs is told to stand in its steps', () => {
  const message =
    '"needs" is of the step that uses the definition; let its own steps begin with what it needs, as in {"use": "#build"}';
  for (const key of ['needs', 'deps', 'depends_on']) {
    expect(told({ define: { a: { run: 'x', [key]: ['build'] } }, run: 'x' })).toEqual([
      `root.define.a.${key}: ${message}`,
    ]);
  }
});

describe('a value in the form of another tool is told with the form that it has here', () => {
  test.each<[object, string]>([
    [{ gather: { web: { run: 'x' } } }, 'got an object; write a list, in which each has its id: [{"id": "web", …}]'],
    [{ steps: [{ build: { run: 'x' } }] }, 'build: unknown key; expected a step such as {"id": "build", "run": …}'],
    [{ define: { a: ['x', 'y'] }, run: 'x' }, 'got an array; write {"steps": […]}'],
    [{ define: { 'a:b': 'x' }, run: 'x' }, 'got "a:b"; write "a-b"'],
    [{ run: 'x', env: ['A=1', 'B=2'] }, 'got an array; write {"A": …, …}'],
    [{ run: 'x', env: [{ A: 1 }] }, 'got an array; write {"A": …}'],
    [{ run: 'x', inputs: [{ A: 1 }] }, 'got an array; write {"A": {"default": …}}'],
    [{ run: 'x', inputs: { A: 1 } }, 'got 1; write {"default": 1}'],
    [{ run: 'x', secrets: { A: 'x', B: 'y' } }, 'got an object; write ["A", "B"]'],
    [{ run: 'x', if: ['a', 'b'] }, 'got an array; join tests by " && " in one text'],
    [{ run: 'x', if: false }, 'got false; write "false", which is a shell\'s'],
    [{ run: 'x', retry: 'always' }, 'got "always"; write {"times": "forever"}'],
    [{ run: 'x', every: 'hourly' }, 'got "hourly"; a time of the clock is written {"cron": "@hourly"}'],
    [{ run: 'x', shell: 'bash -l {0}' }, 'got "bash -l {0}"; write ["bash", "-l", "-c"]'],
    [{ run: 'x', shell: 'node' }, 'got "node"; write ["node", "-e"]'],
    [{ gather: [{ id: 'a', run: 'x', needs: 'b, c' }] }, 'got "b, c"; write ["b", "c"]'],
    [{ steps: [{ run: 'x', background: true, ready: 8080 }] }, 'got 8080; write {"tcp": 8080}'],
    [{ steps: [{ run: 'x', background: true, ready: 'http://a' }] }, 'got "http://a"; write {"http": "http://a"}'],
    [{ http: { url: 'http://a', expect: 200 } }, 'got 200; write {"status": 200}'],
    [{ http: { url: 'http://a', expect: { json: { '$.a[0]': 1 } } } }, 'got "$.a[0]"; write "/a/0"'],
    [{ steps: [{ http: 'http://a', save: { A: '.a.b' } }] }, 'got ".a.b"; write "/a/b"'],
    [{ http: { url: 'http://a', timeout: 1 } }, 'timeout: unknown key; "timeout" stands on the step, beside "http"'],
    [{ http: { url: 'http://a', retries: 1 } }, 'retries: unknown key; "retry" stands on the step, beside "http"'],
    [{ run: 'x', finally: { steps: [], run: 'y' } }, 'run: unknown key; "finally" is a list of steps: [{"run": …}]'],
    [
      { run: 'x', finally: { steps: [], failure: 'y' } },
      'failure: unknown key; it is a step of the list: {"if": {"RUNJOBS_OUTCOME": "failed"}, "run": …}',
    ],
    [
      { forEach: { A: { command: 'ls' } }, run: 'x' },
      'command: unknown key; say what it holds, as in {"lines": {"run": …}}',
    ],
    [
      { run: 'x', cwd: '~/a' },
      '"~" stands as it is written: no shell reads this; write "${HOME}/…", or "./~" where it is meant',
    ],
  ])('%o', (plan, problem) => {
    const problems = told(plan);
    expect(problems.length).toBe(1);
    expect(problems[0]?.endsWith(problem), problems[0]).toBe(true);
  });

  test('a sibling that is needed', () => {
    const needs = (need: object) =>
      told({
        gather: [
          { id: 'a', run: 'x' },
          { run: 'x', needs: need },
        ],
      });
    expect(needs({ a: { condition: 'process_healthy' } })).toContain(
      'root.gather[1].needs.a: unknown key; expected the id as a value: {"id": "a"}',
    );
    expect(needs({ job: 'a' })).toContain('root.gather[1].needs.job: unknown key, did you mean "id"?');
    expect(needs({ id: 'a', condition: 'ended' })).toEqual([
      'root.gather[1].needs.condition: unknown key, did you mean "when"?',
    ]);
    expect(needs({ id: 'a', when: 'completed' })).toEqual([
      'root.gather[1].needs.when: expected "succeeded", "failed" or "ended", got "completed", did you mean "ended"?',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { givenSecrets } from '../../src/events/secrets.ts';
import { loadPlan, planFrom } from '../../src/plan/load.ts';
import { formatProblems } from '../../src/plan/problems.ts';

const VALUE = 'TOP"SECRET/1';
const secretsOf = (names: readonly string[]) => givenSecrets(names, name => (name === 'TOKEN' ? VALUE : undefined));

function load(plan: object, isKnown = false) {
  const given = { set: {}, files: [], env: { OTHER: 'other', A: 'a' } };
  const origin = { folder: '/x', given, ...(isKnown ? { secretsOf } : {}) };
  return planFrom({ secrets: ['TOKEN'], ...plan }, origin);
}

function problems(plan: object, isKnown = false): string[] {
  const loaded = load(plan, isKnown);
  return loaded.type === 'loaded' ? [] : loaded.problems.map(({ path, message }) => `${path}: ${message}`);
}

async function fromText(text: string) {
  const loaded = await loadPlan('-', { stdin: async () => Buffer.from(text), secretsOf });
  return formatProblems(loaded.type === 'loaded' ? loaded.warnings : loaded.problems);
}

describe('the value of a secret that is written in the plan', () => {
  const literal =
    'the value of the secret "TOKEN" is written in the plan; it comes from the environment, an envFile or an input';

  it.each([
    ['root.env.TOKEN', { run: 'true', env: { TOKEN: 'literal' } }],
    ['root.env.TOKEN', { run: 'true', env: { TOKEN: '${TOKEN:-literal}' } }],
    ['root.steps[0].env.TOKEN', { steps: [{ run: 'true', env: { TOKEN: 123456 } }] }],
    ['root.finally.steps[0].env.TOKEN', { run: 'true', finally: { steps: [{ run: 'true', env: { TOKEN: 'x' } }] } }],
    ['root.inputs.TOKEN.default', { run: 'true', inputs: { TOKEN: { default: 'x' } } }],
    ['root.forEach.TOKEN[0]', { run: 'true', forEach: { TOKEN: ['x'] } }],
    ['root.forEach[0].TOKEN', { run: 'true', forEach: [{ TOKEN: 'x' }] }],
  ])('is an error at %s', (path, plan) => {
    expect(problems(plan)).toEqual([`${path}: ${literal}`]);
  });

  it.each([
    [{ run: 'true', env: { TOKEN: '${OTHER}' } }],
    [{ run: 'true', env: { TOKEN: 'Bearer ${OTHER}' } }],
    [{ run: 'true', env: { TOKEN: '${TOKEN:-}' } }],
    [{ run: 'true', env: { OTHER: 'literal' } }],
    [{ run: 'true', inputs: { TOKEN: { description: 'x' } } }],
    [{ run: 'true', forEach: { TOKEN: ['${A}'] } }],
    [{ run: 'true', forEach: { TOKEN: { lines: 'tokens.txt' } } }],
  ])('is none in %j', plan => {
    expect(problems(plan)).toEqual([]);
  });
});

describe('a value that is known', () => {
  const told = (place: string, instead: string) =>
    `${place}: contains the value of the secret "TOKEN"; write ${instead} in its place`;

  it.each([
    ['root.run', { run: `echo ${VALUE}` }, '$TOKEN'],
    ['root.run[1]', { run: ['echo', VALUE] }, '${TOKEN}'],
    ['root.steps[0]', { steps: [`echo ${VALUE}`] }, '$TOKEN'],
    ['root.name', { run: 'true', name: `x ${VALUE}` }, '${TOKEN}'],
    ['root.description', { run: 'true', description: VALUE }, '${TOKEN}'],
    ['root.http', { http: `http://host/?t=${encodeURIComponent(VALUE)}` }, '${TOKEN}'],
    ['root.http.json.deep[0]', { http: { url: 'http://h', json: { deep: [VALUE] } } }, '${TOKEN}'],
    ['root.http.json', { http: { url: 'http://h', json: { [VALUE]: 1 } } }, '${TOKEN}'],
    ['root.env.BASIC', { run: 'true', env: { BASIC: Buffer.from(`me:${VALUE}`).toString('base64') } }, '${TOKEN}'],
  ])('may not stand in the plan: %s', (place, plan, instead) => {
    expect(problems(plan, true)).toEqual([told(place, instead)]);
    expect(load(plan).type).toBe('loaded');
  });

  it('may not stand in it as a number', () => {
    const plan = { secrets: ['PIN'], run: 'true', env: { A: 1234567 } };
    const loaded = planFrom(plan, { folder: '/x', secretsOf: names => givenSecrets(names, () => '1234567') });
    expect(loaded).toMatchObject({ type: 'rejected', problems: [{ path: 'root.env.A' }] });
  });

  it('is shown neither by the lines of the file nor by other problems', async () => {
    const told = await fromText(
      `secrets: [TOKEN]\nsteps:\n  - run: 'echo ${VALUE}'\n    timout: 1\n    id: '${VALUE}'\n`,
    );
    expect(told).toContain('<stdin>:3:10 root.steps[0].run: contains the value of the secret "TOKEN"');
    expect(told).toContain('<stdin>:4:5 root.steps[0].timout: unknown key');
    expect(told).not.toMatch(/SECRET\/1| \| /);
  });

  it('is not shown where it stands in a comment beside a problem, and cut in a message', async () => {
    expect(await fromText(`secrets: [TOKEN]\n# ${VALUE}\nrnu: x\nrun: y\n`)).not.toMatch(/TOP| \| /);
    const long = `${'x'.repeat(27)}${VALUE}${'y'.repeat(60)}`;
    expect(await fromText(`secrets: [TOKEN]\n'${long}': x\nrun: y\n`)).not.toMatch(/TOP/);
  });

  it('is no hindrance to a plan in which it does not stand: lines are shown as ever', async () => {
    expect(await fromText('secrets: [TOKEN]\nrnu: x\nrun: y\n')).toContain('2 | rnu: x');
  });
});

describe('a secret among the arguments of a command', () => {
  it('is warned of, with what to do', () => {
    const loaded = load({ steps: [{ run: ['curl', '-H', 'Authorization: ${TOKEN}', '${OTHER}'] }] });
    expect(loaded).toMatchObject({
      type: 'loaded',
      warnings: [
        {
          path: 'root.steps[0].run[2]',
          message: expect.stringMatching(/^everybody on this machine can see the arguments .* "TOKEN"; hand it over/),
        },
      ],
    });
  });
});

describe('a step that saves a secret', () => {
  it.each([['TOKEN'], [['TOKEN', 'USER']], [{ TOKEN: '/token' }]])('has rerun by itself: save %j', save => {
    expect(load({ run: 'true', save })).toMatchObject({ plan: { root: { rerun: true } } });
  });

  it('is the only one', () => {
    const loaded = load({ steps: [{ run: 'true', save: 'OTHER' }] });
    expect(loaded.type === 'loaded' && loaded.plan.root).not.toMatchObject({ children: [{ rerun: true }] });
  });
});

describe('a secret that the author has written', () => {
  it('is not shown with the line that holds it', () => {
    const loaded = load({ run: 'true', env: { TOKEN: 'hunter22' } });
    expect(JSON.stringify(loaded)).not.toContain('hunter22');
  });
});

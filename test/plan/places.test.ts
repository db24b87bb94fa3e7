import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { visitSteps } from '../../src/plan/paths.ts';
import { readPlaces } from '../../src/plan/places.ts';
import { temporaryFolder } from '../support/cli.ts';

/** Writes the files, and finds places in the first one: `name:line:column` by path. */
async function placesIn(files: Record<string, string>, definition?: string) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const [main = ''] = Object.keys(files);
  const placeOf = await readPlaces({ file: join(folder, main), ...(definition === undefined ? {} : { definition }) });
  return (step: string) => {
    const found = placeOf(step);
    return found && [found.file.slice(folder.length + 1), found.line, found.column].filter(Boolean).join(':');
  };
}

const PLAN = `steps:
  - echo one
  - name: Build it
    gather:
      - { id: a, run: make a }
      - id: b
        forEach: { N: [1, 2] }
        steps: [make x, make y]
        finally:
          - tidy
    finally: { steps: [one, { id: two, run: two }] }
  - use: "#pack"
  - { id: again, use: "#pack", retry: 1, finally: [after] }
  - { id: lib, use: lib.yaml }
  - { id: each, forEach: { N: [1] }, use: "lib.yaml#deep", finally: [end] }
define:
  pack: { retry: 2, steps: [pack, { id: sign, run: sign }] }
`;
const LIB = `steps:
  - first
  - { id: second, use: "#deep" }
define:
  deep:
    steps:
      - { id: x, run: x }
`;

describe('the places of the steps of a plan', () => {
  it.each([
    ['.', 'plan.yaml:1:1'],
    ['1', 'plan.yaml:2:5'],
    ['build-it', 'plan.yaml:3:5'],
    ['build-it/a', 'plan.yaml:5:9'],
    ['build-it/b', 'plan.yaml:6:9'],
    ['build-it/b[2]', 'plan.yaml:6:9'],
    ['build-it/b[2]/2', 'plan.yaml:8:25'],
    ['build-it/b/finally/1', 'plan.yaml:10:13'],
    ['build-it/finally/two', 'plan.yaml:11:29'],
    ['pack', 'plan.yaml:12:5'],
    ['pack/1', 'plan.yaml:17:29'],
    ['again', 'plan.yaml:13:5'],
    ['again/plan', 'plan.yaml:17:3'],
    ['again/plan/sign', 'plan.yaml:17:35'],
    ['again/finally/1', 'plan.yaml:13:52'],
    ['lib/1', 'lib.yaml:2:5'],
    ['lib/second', 'lib.yaml:3:5'],
    ['lib/second/x', 'lib.yaml:7:9'],
    ['each[1]/x', 'lib.yaml:7:9'],
    ['each/finally/1', 'plan.yaml:15:70'],
    ['nowhere', undefined],
    ['build-it/a/1', undefined],
  ])('of %s is %s', async (step, place) => {
    expect((await placesIn({ 'plan.yaml': PLAN, 'lib.yaml': LIB }))(step)).toBe(place);
  });

  it('are found from the definition that is run', async () => {
    const at = await placesIn({ 'plan.yaml': PLAN, 'lib.yaml': LIB }, 'pack');
    expect([at('.'), at('sign')]).toEqual(['plan.yaml:17:3', 'plan.yaml:17:35']);
  });

  it('are found in JSON', async () => {
    const at = await placesIn({ 'plan.json': '{"gather": [\n  "a",\n  {"id": "b", "run": "b"}]}' });
    expect([at('1'), at('b')]).toEqual(['plan.json:2:3', 'plan.json:3:3']);
  });

  it('are the file alone where a program made the plan, and none where there is no file', async () => {
    expect((await readPlaces({ file: '/x/plan.mjs' }))('a/b')).toEqual({ file: '/x/plan.mjs' });
    expect((await readPlaces({}))('a')).toBeUndefined();
    expect((await readPlaces({ file: '/no/such/plan.yaml' }))('a')).toBeUndefined();
  });

  it.each(readdirSync('jobs').filter(name => /\.(yaml|json)$/.test(name)))(
    'are known for every step of jobs/%s',
    async name => {
      const loaded = await loadPlan(resolve('jobs', name));
      if (loaded.type !== 'loaded') return expect(name).toMatch(/secrets/);
      const placeOf = await readPlaces(loaded.plan);
      visitSteps(loaded.plan.root, (step, template) => {
        const place = placeOf(template.replaceAll('[]', '[1]'));
        expect(place?.line, template).toBeGreaterThan(0);
        if (step.type !== 'run' || typeof step.command !== 'string' || step.used || place === undefined) return;
        const rest = readFileSync(place.file, 'utf8')
          .split('\n')
          .slice((place.line ?? 1) - 1);
        // What is quoted in YAML is written in another way there.
        const [words = ''] = /^[\w ]*/.exec(step.command.trim()) ?? [];
        expect(rest.join('\n'), template).toContain(words);
      });
    },
  );
});

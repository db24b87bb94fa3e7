/** Files of other tools, given as a plan: what they are is told, not what YAML makes of them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPlan } from '../../src/plan/load.ts';
import { formatProblems } from '../../src/plan/problems.ts';
import { inFolder } from './loading.ts';

/** What is said of a file of that name. */
async function told(name: string, text: string): Promise<string> {
  let words = '';
  await inFolder(async folder => {
    await writeFile(join(folder, name), text);
    const result = await loadPlan(name, { cwd: folder });
    words = result.type === 'loaded' ? 'loaded' : formatProblems(result.problems);
  });
  return words;
}

const INIT = '"runjobs init" writes a first plan that does';

describe('a file of another tool is told to be that, and how a plan calls it', () => {
  test.each<[name: string, text: string, words: string]>([
    [
      'Makefile',
      'all: build\n\nbuild:\n\tgcc x.c\n',
      `this is a Makefile; a step calls its targets, as in {"run": "make test"}; ${INIT}`,
    ],
    [
      'rules.mk',
      'CC=gcc\nall: x\n',
      `this is a Makefile; a step calls its targets, as in {"run": "make test"}; ${INIT}`,
    ],
    [
      'justfile',
      'build:\n    cargo build\n',
      'this is a justfile; a step calls its recipes, as in {"run": "just test"}',
    ],
    [
      'package.json',
      '{"scripts": {"a": "b"}}',
      `this is a package.json; a step calls its scripts, as in {"run": "npm test"}; ${INIT}`,
    ],
    [
      'Procfile',
      '# all of it\napi: node "api.js"\nworker: npm run worker\n',
      'this is a Procfile; write its lines as steps: {"gather": [{"id": "api", "run": "node \\"api.js\\""}, …]}',
    ],
    ['Procfile.dev', '', 'this is a Procfile; write its lines as steps: {"gather": [{"id": "web", "run": "…"}, …]}'],
    [
      'Dockerfile',
      'FROM node\n',
      'this is no plan but how an image is built; a step calls it: {"run": "docker build ."}',
    ],
    ['build.sh', '#!/bin/sh\nset -e\n', 'this is a script; a step calls it: {"run": "./build.sh"}'],
    ['tasks.toml', '[a]\nb = 1\n', 'this is TOML, which is not read; write the plan in YAML or JSON'],
  ])('%s', async (name, text, words) => {
    expect(await told(name, text)).toBe(`${name}: ${words}`);
  });

  test.each(['Makefile', 'build.sh', 'Procfile'])('but a plan may be called %s', async name => {
    expect(await told(name, 'run: echo hello\n')).toBe('loaded');
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ENV, runjobs, temporaryFolder } from '../support/cli.ts';

const readme = readFileSync('README.md', 'utf8');

/** The text of the first fenced block of a language, after a heading. */
function block(language: string, heading: string): string {
  const found = new RegExp(`## ${heading}[\\s\\S]*?\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme);
  if (found?.[1] === undefined) throw new Error(`the README has no ${language} under "${heading}"`);
  return found[1];
}

/** What may differ from run to run: times, and the run's id. */
const steady = (text: string) => text.replace(/\d+\.\d s/g, 'N s').replace(/\d{8}-\d{6}-[0-9a-f]{8}/g, 'RUN');

/** Siblings that are stopped together end in any order. */
const inGroups = (text: string) => {
  const lines = steady(text).split('\n');
  const cancelled = lines.filter(line => line.startsWith('◼')).sort();
  return lines.map(line => (line.startsWith('◼') ? cancelled.shift() : line)).join('\n');
};

describe('the README', () => {
  it('shows what its plan really prints', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'release.yaml'), block('yaml', 'A plan'));
    const result = await runjobs(['release.yaml'], { cwd: folder });
    expect(inGroups(String(result.stdout))).toBe(inGroups(block('text', 'A plan')));
    expect(String(result.stderr)).toBe('');
    expect(result.exitCode).toBe(1);
  });

  it('opens with two commands: one runs the main job, one passes the tests', () => {
    const [first, second] = /```sh\n(.*)\n(.*)\n```/.exec(readme)?.slice(1) ?? [];
    expect(first).toMatch(/^npm ci && npx runjobs jobs\/tour\.json +#/);
    expect(second).toMatch(/^npm ci && npm test +#/);
  });

  it('uses the library as it is', async () => {
    const folder = temporaryFolder();
    const code = block('js', 'As a library').replace("'runjobs'", JSON.stringify(join(process.cwd(), 'dist/index.js')));
    writeFileSync(join(folder, 'use.mjs'), `${code}\nconsole.log(exitCode, outcome.state, steps.size);\n`);
    const { stdout } = await execa(process.execPath, ['use.mjs'], { cwd: folder, env: ENV, extendEnv: false });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('run.started');
    expect(lines.at(-1)).toBe('0 succeeded 3');
  });

  it('names every option of a run', async () => {
    const help = String((await runjobs(['run', '--help'])).stdout);
    for (const [, option] of help.matchAll(/(--[a-z-]+)/g)) {
      if (option !== '--help') expect(readme).toContain(option);
    }
  });
});

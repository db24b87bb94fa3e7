import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { parse } from 'yaml';
import { openStage } from '../support/queue.ts';
import { noRedis } from '../support/redis.ts';

/** The plan of jobs/README.md, in its part about workers, that has this input. */
function recipe(input: string): unknown {
  const [, part = ''] = readFileSync('jobs/README.md', 'utf8').split('\n## Workers\n');
  const [about = ''] = part.split('\n## ');
  const plans = [...about.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => parse(text));
  return plans.find(({ inputs }) => input in inputs);
}

const noCurl = spawnSync('curl', ['--version']).error === undefined || process.env.CI === 'true' ? '' : ' (no curl)';

describe.skipIf(noRedis !== undefined)(`files for workers${noRedis ? ` (${noRedis})` : ''}`, () => {
  /** A folder with a script that tells its argument. */
  const code = (folder: string) => {
    const path = join(folder, 'code');
    mkdirSync(path);
    writeFileSync(join(path, 'test.sh'), '#!/bin/sh\necho "tested $1"\n');
    chmodSync(join(path, 'test.sh'), 0o755);
    return path;
  };

  it('come from git as jobs/README.md says', async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker();
    const repo = code(stage.folder);
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', repo, ...args], { stdio: 'ignore' });
    git('init', '-q');
    git('add', '.');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'first');
    const { exitCode, stdout } = await stage.run(recipe('REPO'), ['--set', `REPO=${repo}`]);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/tested 1\n(.*\n)*.*tested 2|tested 2\n(.*\n)*.*tested 1/);
  });

  it.skipIf(noCurl !== '')(`come over HTTP as jobs/README.md says${noCurl}`, async context => {
    const { expect } = context;
    const stage = await openStage(context);
    await stage.worker();
    const archive = execFileSync('tar', ['-cz', '-C', code(stage.folder), '.']);
    const server = createServer((_, response) => response.end(archive)).listen(0, '127.0.0.1');
    context.onTestFinished(() => void server.close());
    await new Promise(done => server.once('listening', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/code.tgz`;
    const { exitCode, stdout } = await stage.run(recipe('ARCHIVE'), ['--set', `ARCHIVE=${url}`]);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/tested 1\n(.*\n)*.*tested 2|tested 2\n(.*\n)*.*tested 1/);
  });
});

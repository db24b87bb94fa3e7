import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ENV, temporaryFolder } from '../support/cli.ts';

/** Runs a script that uses the library, in a folder, as a process of its own. */
function using(folder: string, script: string, env: Record<string, string> = {}) {
  const library = JSON.stringify(join(process.cwd(), 'dist/index.js'));
  writeFileSync(join(folder, 'use.mjs'), `import { run } from ${library};\n${script}`);
  return execa(process.execPath, ['use.mjs'], {
    cwd: folder,
    env: { ...ENV, ...env },
    extendEnv: false,
    timeout: 30_000,
  });
}

it('runs of the library leave nothing that keeps the process alive', async () => {
  const { stdout } = await using(
    temporaryFolder(),
    `for (let round = 0; round < 3; round += 1) {
       await run({
         timeout: '1h',
         gather: ['echo a', { http: 'http://127.0.0.1:1/', allowFailure: true }, { sleep: '1ms', timeout: '1h' }],
         finally: { timeout: '1h', steps: ['echo b'] },
       });
     }
     // What is on its way out has a moment to go; a timer of an hour has not.
     await new Promise(done => setTimeout(done, 200));
     console.log(JSON.stringify(process.getActiveResourcesInfo().filter(name => !/Pipe|TTY/.test(name))));`,
  );
  expect(JSON.parse(stdout)).toEqual([]);
});

it('a run keeps the process alive until it has resolved, also where its fork server was never ready', async () => {
  const folder = temporaryFolder();
  const perl = join(folder, 'perl');
  // Something of it holds its output open for a moment after its end.
  writeFileSync(perl, '#!/bin/sh\nsetsid sleep 0.3 &\n: > up\nexec sleep 60\n'.replace('up', join(folder, 'up')));
  chmodSync(perl, 0o755);
  const { stdout } = await using(
    folder,
    `const { exitCode } = await run({ steps: ['true', 'true', 'until [ -e up ]; do sleep 0.01; done'] });
     console.log('resolved', exitCode);`,
    { PATH: `${folder}:${ENV.PATH}` },
  );
  expect(stdout).toBe('resolved 0');
});

it('the types of the library need no package but those of Node', () => {
  const asked = new Set<string>();
  const read = (file: string) => {
    if (asked.has(file)) return;
    asked.add(file);
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()'([^']+)'/g)) {
      if (from.startsWith('.')) read(resolve(dirname(file), from.replace(/\.ts$/, '.d.ts')));
      else asked.add(from);
    }
  };
  read(resolve('dist/types/index.d.ts'));
  const packages = [...asked].filter(name => !name.startsWith('/') && !name.startsWith('node:'));
  expect(packages).toEqual([]);
  expect(asked.size).toBeGreaterThan(20);
});

it('a worker thread counts as a process, and takes no descriptors of others with it where Node does not track them', async () => {
  const { stdout } = await using(
    temporaryFolder(),
    `import { fstatSync, openSync } from 'node:fs';
     import { Worker, isMainThread, parentPort } from 'node:worker_threads';
     if (isMainThread) {
       const worker = new Worker(new URL(import.meta.url), { trackUnmanagedFds: false });
       const told = new Promise(done => worker.once('message', done));
       const { exitCode } = await run({ run: 'until [ -e ended ]; do sleep 0.01; done' });
       console.log(exitCode, await told);
       const opened = Array.from({ length: 40 }, () => openSync('/dev/null'));
       worker.postMessage('leave');
       await new Promise(done => worker.once('exit', done));
       for (const descriptor of opened) fstatSync(descriptor);
     } else {
       const { exitCode } = await run({ steps: ['echo a', 'echo b > /dev/stderr', ': > ended'] });
       parentPort.postMessage(exitCode);
       parentPort.once('message', () => parentPort.close());
     }`,
  );
  expect(stdout).toBe('0 0');
});

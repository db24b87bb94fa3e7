import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ENV, temporaryFolder } from '../support/cli.ts';

it('runs of the library leave nothing that keeps the process alive', async () => {
  const folder = temporaryFolder();
  const library = JSON.stringify(join(process.cwd(), 'dist/index.js'));
  writeFileSync(
    join(folder, 'use.mjs'),
    `import { run } from ${library};
     for (let round = 0; round < 3; round += 1) {
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
  const { stdout } = await execa(process.execPath, ['use.mjs'], {
    cwd: folder,
    env: ENV,
    extendEnv: false,
    timeout: 30_000,
  });
  expect(JSON.parse(stdout)).toEqual([]);
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

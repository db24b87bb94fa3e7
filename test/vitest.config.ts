import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { FILES_LEFT_OUT } from './support/through/left-out.ts';

/** Runs note where they are kept in the user's own state folder: not in that of whoever runs the tests. */
const state = mkdtempSync(join(tmpdir(), 'runjobs-state-'));
process.env.XDG_STATE_HOME = state;
process.on('exit', () => rmSync(state, { recursive: true, force: true }));

/** A process for many files, as to load what they test takes longer than most of them; and one for each core. */
const SHARED = { isolate: false, maxWorkers: '100%' };

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/bench/**', 'test/soak/**'],
          ...SHARED,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/engine/**/*.test.ts'],
          exclude: Object.keys(FILES_LEFT_OUT).map(name => `test/engine/${name}.test.ts`),
          env: { RUNJOBS_THROUGH: 'queue' },
          setupFiles: ['test/support/through/setup.ts'],
          ...SHARED,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'forked',
          include: ['test/executors/command/**/*.test.ts'],
          env: { RUNJOBS_STARTED_BY: 'fork server' },
          ...SHARED,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/build.ts'],
          testTimeout: 60_000,
          // They wait for the most part, but not all at once: some count processes and memory.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'fuzz',
          include: ['test/**/fuzz.test.ts'],
          env: { FUZZ_SECONDS: process.env.FUZZ_SECONDS || '60' },
          testTimeout: 3_600_000,
        },
      },
      {
        test: {
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
          globalSetup: ['test/support/build.ts'],
          testTimeout: 3_600_000,
          fileParallelism: false,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/plan/**', 'src/events/**', 'src/engine/**'],
      reporter: ['text-summary'],
      thresholds: {
        'src/plan/**': { statements: 90, branches: 90, functions: 90, lines: 90 },
        'src/events/**': { statements: 90, branches: 90, functions: 90, lines: 90 },
        'src/engine/**': { statements: 90, branches: 90, functions: 90, lines: 90 },
      },
    },
  },
});

/** Files that would keep a run waiting for ever: told of the plan before anything starts. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planFrom } from '../../src/plan/load.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runjobs-unfit-'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function problemsOf(value: unknown): string[] {
  const result = planFrom(value, { folder, given: { set: {}, files: [], env: {} } });
  return result.type === 'loaded' ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

const PIPE = 'a named pipe, to which nobody may ever write; write what comes from it to a file';
const http = (more: object) => ({ http: { url: 'https://a.test/', method: 'POST', ...more } });

describe('what a run would wait for without an end is an error of the plan', () => {
  test.each<[unknown, string]>([
    [{ run: 'x', envFile: 'pipe' }, 'root.envFile'],
    [{ run: 'x', envFile: [{ path: 'pipe', optional: true }] }, 'root.envFile[0].path'],
    [{ run: 'x', forEach: { V: { lines: 'pipe' } } }, 'root.forEach.V.lines'],
    [{ run: 'x', forEach: { V: { json: 'pipe' } } }, 'root.forEach.V.json'],
    [{ run: 'x', forEach: { V: { csv: 'pipe' } } }, 'root.forEach.V.csv'],
    [http({ tls: { ca: 'pipe' } }), 'root.http.tls.ca'],
    [http({ tls: { cert: 'made-later', key: 'pipe' } }), 'root.http.tls.key'],
    [{ httpDefaults: { tls: { ca: 'pipe' } }, steps: [http({})] }, 'root.httpDefaults.tls.ca'],
    [http({ file: 'pipe' }), 'root.http.file'],
    [http({ multipart: { a: { file: 'pipe' } } }), 'root.http.multipart.a.file'],
  ])('%j', (plan, path) => {
    expect(problemsOf(plan)).toEqual([`${path}: ${PIPE}`]);
  });

  test('a device without an end, and a socket', async () => {
    expect(problemsOf({ run: 'x', envFile: '/dev/zero' })).toEqual([
      'root.envFile: larger than 4 MiB; is this the right file?',
    ]);
    expect(problemsOf({ run: 'x', forEach: { V: { lines: '/dev/zero' } } })).toEqual([
      'root.forEach.V.lines: it tells no size, and goes on for more than 16 MiB; read a copy of it',
    ]);
    const server = createServer();
    await new Promise<void>(done => server.listen(join(folder, 'socket'), done));
    expect(problemsOf({ run: 'x', envFile: 'socket' })).toEqual([
      'root.envFile: a socket, which cannot be opened; write what comes from it to a file first',
    ]);
    await new Promise(done => server.close(done));
  });

  test('what ends, and what is not there yet, is none', () => {
    expect(problemsOf({ run: 'x', envFile: '/dev/null', forEach: { V: { lines: '/dev/null' } } })).toEqual([]);
    expect(problemsOf({ run: 'x', forEach: { V: { lines: 'made-later' } } })).toEqual([]);
  });
});

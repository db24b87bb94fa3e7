/** Requests of whole runs: what kills and resumes, and many steps, make of them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { planFile, runjobs, until } from '../support/cli.ts';

/** A server that lives as long as the test; its url. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a download', () => {
  it('that was killed in its middle is resumed where it was, and is whole', async () => {
    const bytes = Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * 31 + (at >> 8)) % 256));
    const ranges: (string | undefined)[] = [];
    let half = false;
    const url = await serve((request, response) => {
      const { range } = request.headers;
      ranges.push(range);
      const start = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
      const rest = bytes.subarray(start);
      const headers = { etag: '"v1"', 'content-length': rest.length };
      if (start > 0) {
        const place = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
        response.writeHead(206, { ...headers, ...place }).end(rest);
      } else response.writeHead(200, headers).write(rest.subarray(0, 1_000_000), () => (half = true));
    });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const plan = planFile({ steps: [{ id: 'get', http: { url, expect: { sha256 } }, saveTo: 'out/file' }] });
    const folder = dirname(plan);
    const first = runjobs([plan]);
    const drafts = () => readdirSync(join(folder, 'out')).filter(name => !name.endsWith('.json'));
    await until(() => half && readFileSync(join(folder, 'out', drafts()[0] ?? '')).length > 0);
    first.kill('SIGKILL');
    await first;
    const { exitCode, stdout } = await runjobs(['resume'], { cwd: folder });
    expect(exitCode, String(stdout)).toBe(0);
    expect(readdirSync(join(folder, 'out'))).toEqual(['file']);
    expect(readFileSync(join(folder, 'out/file')).equals(bytes)).toBe(true);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });
});

/** Laws of answers over which undici fails, as it is bundled: they are told in words, and hold nobody up. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { ENV, planFile, runjobs } from '../support/cli.ts';

/** A server that says this to everybody; its url. */
async function saying(answer: string): Promise<string> {
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  ['HTTP/1.1 000 None\r\ncontent-length: 2\r\n\r\nok', 'its status is no number from 100 on'],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'bad upgrade'],
])('%j is told as no answer', async (answer, words) => {
  const url = await saying(answer);
  const { exitCode, stdout } = await runjobs([planFile({ http: url })]);
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`the answer is not valid HTTP: ${words}`);
});

it('an assertion of undici that does not hold has words of its own, not those that Node makes of the whole bundle', async () => {
  const url = await saying('HTTP/1.1 000 None\r\n\r\n');
  const at = (path: string) => JSON.stringify(join(process.cwd(), path));
  const script = `
    const undici = require(${at('bin/compiled.cjs')}).loadCompiled(${at('dist/packages/undici.cjs')});
    const client = new undici.Client(${JSON.stringify(url)});
    const failed = (_, { code, message }) => console.log(code, message) || client.destroy();
    client.dispatch({ path: '/', method: 'GET' }, { onRequestStart() {}, onResponseError: failed });`;
  const { stdout } = await execa(process.execPath, ['-e', script], { env: ENV, extendEnv: false });
  expect(stdout).toBe('ERR_ASSERTION an assertion does not hold');
});

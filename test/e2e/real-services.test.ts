/** The realistic plans of `jobs/` whose services say when they are ready: a pipeline, and a development environment. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { printed, processesWith, runjobs, temporaryFolder } from '../support/cli.ts';
import { freePort, job } from '../support/jobs.ts';

/** Tells the processes of this file from all others. */
const MARKER = `real-services-${randomUUID()}`;

describe('the pipeline', () => {
  /** Runs it; the report is what it has written. */
  const pipeline = async (env: Record<string, string> = {}, port?: string) => {
    const report = join(temporaryFolder(), 'report');
    const set = ['--set', `PORT=${port ?? (await freePort())}`, '--set', `REPORT=${report}`];
    const result = await job('pipeline.yaml', { MARKER, ...env }, set);
    const server = result.lines.filter(line => line.startsWith('[end-to-end/server] '));
    expect(processesWith(MARKER)).toEqual([]);
    return { ...result, server: server.map(line => line.split('] ')[1]), report: readFileSync(report, 'utf8') };
  };

  it('asks its server when that is ready, and not before the checks have ended', async () => {
    const { exitCode, stdout, server, report } = await pipeline();
    expect(exitCode, stdout).toBe(0);
    expect(server.slice(0, 2)).toEqual(['listening', 'GET /up']);
    expect(server.slice(2, -1).sort()).toEqual(['GET /home', 'GET /search', 'POST /orders {"tea":2}']);
    expect(server.at(-1)).toBe('down');
    expect(stdout.indexOf('✔ checks ')).toBeLessThan(stdout.indexOf('❯ end-to-end/server:'));
    expect(report).toBe('succeeded everywhere\n');
  });

  it('starts no server when checks fail, tells all of them, and reports', async () => {
    const { exitCode, stdout, server, report } = await pipeline({ LINT: 'exit 1', UNIT: 'exit 3' });
    expect(exitCode).toBe(1);
    expect(server).toEqual([]);
    expect(stdout).toContain('✖ checks/lint exit 1');
    expect(stdout).toContain('✖ checks/unit exit 3');
    expect(stdout).toContain('✔ checks/types');
    expect(stdout).toContain('↓ end-to-end/server skipped: "checks/');
    expect(report).toMatch(/^failed checks\/(lint|unit)\n$/);
  });

  it('stops its server when a request fails, and reports', async () => {
    const { exitCode, stdout, server, report } = await pipeline({ DOWN: '/orders' });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✖ end-to-end\/2\/order POST \S+ answered 503 Service Unavailable, expected 2xx/);
    expect(server.at(-1)).toBe('down');
    expect(report).toBe('failed end-to-end/2/order\n');
  });

  it('asks nothing of a server that ends before it is ready, and reports', async () => {
    const { exitCode, stdout, server, report } = await pipeline({}, '99999');
    expect(exitCode).toBe(1);
    expect(server).not.toContain('listening');
    expect(stdout).toContain('↓ end-to-end/2/page skipped: "end-to-end/server" failed before it');
    expect(report).toBe('failed end-to-end/server\n');
  });
});

describe('the development environment', () => {
  const start = async () => {
    const ports = { DATABASE: await freePort(), API: await freePort(), WEB: await freePort() };
    const set = Object.entries(ports).flatMap(([name, port]) => ['--set', `${name}=${port}`]);
    const args = ['jobs/dev.yaml', '--state-dir', temporaryFolder(), '--reporter', 'plain', ...set];
    const child = runjobs(args, { env: { MARKER } });
    onTestFinished(() => void child.kill('SIGKILL'));
    return { child, ports };
  };

  it('starts each service when the one that it needs is ready, and ends the last one first at Ctrl-C', async () => {
    const { child } = await start();
    await printed(child, '❯ web: ready');
    child.kill('SIGINT');
    const { exitCode, signal, stdout } = await child;
    expect(signal ?? exitCode).toBe('SIGINT');
    const lines = String(stdout).split('\n');
    const at = (beginning: string) => lines.findIndex(line => line.startsWith(beginning));
    const order = ['❯ database:', '❯ database: ready', '❯ api:', '❯ api: ready', '❯ web:', '❯ web: ready'];
    expect(order.map(at)).toEqual(order.map(at).sort((one, other) => one - other));
    expect(order.map(at)).not.toContain(-1);
    expect(lines.filter(line => line.endsWith('] down'))).toEqual(['[web] down', '[api] down', '[database] down']);
    expect(processesWith(MARKER)).toEqual([]);
  });

  it('starts a service that crashes again, and leaves the others alone', async () => {
    const { child, ports } = await start();
    await printed(child, '❯ web: ready');
    const again = printed(child, '❯ api: ready');
    await fetch(`http://127.0.0.1:${ports.API}/crash`).catch(() => {});
    await again;
    expect(await (await fetch(`http://127.0.0.1:${ports.API}/hello`)).text()).toBe('this is /hello\n');
    child.kill('SIGINT');
    const stdout = String((await child).stdout);
    expect(stdout).toMatch(/⚠ api exit 1, attempt 2 /);
    expect(stdout).not.toMatch(/⚠ (database|web) /);
    expect(processesWith(MARKER)).toEqual([]);
  });
});

// All that can run so many shell commands, so many at once: each as its own process, from its start to its end.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, contestant } from './here.mjs';
import { has, npmPeer, python } from './peers.mjs';
import { timed } from './process.mjs';

/**
 * Functions by name, each of which runs `sh -ec <script>` `count` times, `limit` at once, and resolves with what it took.
 * What is not on this machine is not among them.
 */
export function spawners({ scratch, count, limit, script, reporter }) {
  const node = process.execPath;
  const folder = mkdtempSync(join(scratch, 'spawn-'));
  const to = join(folder, 'printed');
  const each = Array.from({ length: count }, (_, index) => index + 1);
  const write = (name, content) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const run =
    (...command) =>
    () =>
      timed(command, { cwd: folder, to });
  const said = [String(count), String(limit), script];
  const asks = JSON.stringify({ slots: Math.max(64, limit), limit, gather: each.map(() => ({ run: script })) });
  const plan = write('plan.json', asks);
  const own = {
    runjobs: run(node, BIN, plan, '--reporter', reporter, '--state-dir', join(folder, 'state')),
    'node, to a file': run(node, contestant('spawn.mjs'), 'file', ...said),
    'node, two pipes': run(node, contestant('spawn.mjs'), 'pipes', ...said),
    execa: run(node, contestant('execa.mjs'), ...said),
  };

  // `sh -c` is how ninja runs each; make does so too once its flags are not the usual ones.
  const rules = `rule r\n  command = set -e; ${script}\n${each.map(n => `build t${n}: r\n`).join('')}`;
  const targets = each.map(n => `t${n}`).join(' ');
  const makefile = `SHELL = /bin/sh\n.SHELLFLAGS = -ec\nall: ${targets}\n${targets}:\n\t@${script}\n.PHONY: all ${targets}\n`;
  mkdirSync(join(folder, 'ninja'));
  write('ninja/build.ninja', rules);
  write('Makefile', makefile);
  write('numbers', `${each.join('\n')}\n`);
  const at = String(limit);
  const asyncio = python();
  const concurrently = npmPeer('concurrently', 'dist/bin/concurrently.js');
  const zx = npmPeer('zx', 'build/index.js');
  return {
    ...own,
    ...(has('ninja') && { ninja: run('ninja', '-C', 'ninja', '--quiet', '-j', at) }),
    ...(has('xargs') && { xargs: run('xargs', '-a', 'numbers', '-n1', `-P${at}`, 'sh', '-ec', script) }),
    ...(has('make') && { make: run('make', `-j${at}`, 'all') }),
    ...(asyncio && {
      'asyncio, no output': run(asyncio, contestant('asyncio_spawn.py'), 'none', ...said),
      'asyncio, two pipes': run(asyncio, contestant('asyncio_spawn.py'), 'pipes', ...said),
    }),
    ...(concurrently && { concurrently: run(node, concurrently, '-m', at, ...each.map(() => script)) }),
    ...(has('parallel') && {
      'GNU parallel': run('parallel', '-a', 'numbers', '-N1', `-j${at}`, `sh -ec '${script}' {}`),
    }),
    ...(zx && { zx: run(node, contestant('zx.mjs'), zx, ...said) }),
  };
}

/** Laws of a command's output: exact order, exact bytes, bounded memory, no cross-talk. */
import { closeSync, constants, openSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeGate, openRig, program } from './rig.ts';

const rig = openRig();

describe('the output of a command', () => {
  it('keeps 200 lines, by turns to stdout and stderr, in the order of writing', async () => {
    const { result, text } = await rig().run([program('writes-both-streams.sh')]);
    const lines = Array.from({ length: 100 }, (_, index) => `out ${index + 1}\nerr ${index + 1}\n`);
    expect(result).toEqual({ state: 'succeeded', exitCode: 0 });
    expect(text()).toBe(lines.join(''));
  });

  it('takes what is written to /dev/stderr and /dev/stdout by name, and loses nothing', async () => {
    const script =
      'echo 1; echo 2 > /dev/stderr; echo 3 > /dev/stdout; echo 4 | tee /dev/stderr; echo 5 >> /dev/stderr; echo 6';
    const { result, text } = await rig().run(script);
    expect(result.state).toBe('succeeded');
    const lines = text().split('\n');
    expect(lines.toSorted()).toEqual(['', '1', '2', '3', '4', '4', '5', '6']);
    expect(lines.join('')).toBe('1234456');
  });

  it('is handed over byte for byte, NUL and invalid UTF-8 included', async () => {
    const { bytes } = await rig().run(`printf '\\000\\377\\376a\\303(\\033[2J\\r\\n\\000'`);
    expect([...bytes()]).toEqual([0, 0xff, 0xfe, 0x61, 0xc3, 0x28, 0x1b, 0x5b, 0x32, 0x4a, 13, 10, 0]);
  });

  it('comes after the start has been told, however soon the command prints', async () => {
    for (let round = 0; round < 40; round += 1) {
      const order: string[] = [];
      const context = {
        started: () => void order.push('started'),
        write: () => {
          order.push('printed');
          return undefined;
        },
      };
      const { outcome } = rig().start('echo x', { context });
      await outcome;
      expect(order).toEqual(['started', 'printed']);
    }
  });

  it('is complete when the step ends, up to the last byte of a program that ends at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { bytes } = await rig().run(['head', '-c', '60000', '/dev/zero']);
      expect(bytes().length).toBe(60_000);
    }
  });

  it('is complete for a taker that is slower than the command', async () => {
    let size = 0;
    const write = async (bytes: Uint8Array) => {
      size += bytes.length;
      await new Promise(resolve => setTimeout(resolve, 20));
    };
    await rig().run(['head', '-c', '700000', '/dev/zero'], { context: { write } });
    expect(size).toBe(700_000);
  });

  it('waits in the command, not in memory, when the taker is slower', async () => {
    let size = 0;
    let peak = 0;
    const write = async (bytes: Uint8Array) => {
      size += bytes.length;
      await nextTurn();
      await nextTurn();
      peak = Math.max(peak, process.memoryUsage.rss());
    };
    await rig().run('true');
    const before = process.memoryUsage.rss();
    await rig().run(['node', program('floods.mjs'), '50'], { context: { write } });
    expect(size).toBe(50 * 1024 * 1024);
    expect(peak - before).toBeLessThan(32 * 1024 * 1024);
  });

  it('of a flooding command does not hold up the others', async () => {
    let size = 0;
    let begin = () => {};
    const begun = new Promise<void>(resolve => {
      begin = resolve;
    });
    const write = (bytes: Uint8Array) => {
      size += bytes.length;
      begin();
      return undefined;
    };
    const flood = rig().start(['node', program('floods.mjs')], { context: { write } });
    await begun;
    for (let round = 0; round < 20; round += 1) {
      const { text } = await rig().run(`echo ${round}`);
      expect(text()).toBe(`${round}\n`);
    }
    flood.stop();
    expect(await flood.outcome).toMatchObject({ signal: 'SIGTERM' });
    expect(size).toBeGreaterThan(0);
  });

  it('never reaches another step: not from a leftover, not over a pipe that is used again', async () => {
    const gate = makeGate(rig().folder);
    const first = await rig().run([program('leaves-writer.sh'), gate]);
    expect(first.result.state).toBe('succeeded');
    const second = rig().start(`echo ready; : < "${gate}"; echo mine`);
    await second.printed('ready');
    const writer = openSync(gate, constants.O_WRONLY);
    await second.outcome;
    closeSync(writer);
    expect(second.text()).toBe('ready\nmine\n');
    for (let round = 0; round < 10; round += 1) {
      expect((await rig().run(`echo ${round}`)).text()).toBe(`${round}\n`);
    }
    expect(first.text()).toMatch(/^left \d+\n$/);
  });

  it('that a leftover outside the group goes on writing does not keep the step', async () => {
    const write = async () => {
      await new Promise(resolve => setTimeout(resolve, 5));
    };
    for (const leftover of ['yes', 'sh -c "while :; do echo drip; sleep 0.002; done"']) {
      const { result } = await rig().run(`setsid ${leftover} & echo "left $!"`, { context: { write } });
      expect(result).toEqual({ state: 'succeeded', exitCode: 0 });
    }
  });
});

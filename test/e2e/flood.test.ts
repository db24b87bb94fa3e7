import { createHash } from 'node:crypto';
import { createReadStream, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { planFile, temporaryFolder } from '../support/cli.ts';
import { hashesOfLogs, hashOfPrinted, noRoomFor, prints, type Shape, watched } from '../support/flood.ts';

const PEAK_MIB = 200;

describe.skipIf(noRoomFor(3))('a flood of output', { timeout: 300_000 }, () => {
  it.each<{ mib: number; shape: Shape; steps: number; to: 'file' | 'pipe' | 'nothing' }>([
    { mib: 512, shape: 'lines', steps: 1, to: 'file' },
    { mib: 477, shape: 'line', steps: 1, to: 'pipe' },
    { mib: 8, shape: 'lines', steps: 64, to: 'nothing' },
  ])(
    'is in the log byte for byte, in flat memory: $steps × $mib MiB in $shape to $to',
    async ({ mib, shape, steps, to }) => {
      const state = temporaryFolder();
      const ids = Array.from({ length: steps }, (_, index) => `s${index}`);
      const plan = planFile({ gather: ids.map(id => ({ id, run: prints(mib, shape) })) });
      const out = openSync(to === 'file' ? join(state, 'out.txt') : '/dev/null', 'w');
      const { child, ended } = watched(
        [plan, '--state-dir', state],
        ['ignore', to === 'pipe' ? 'pipe' : out, 'inherit'],
      );
      child.stdout?.resume();
      const { exitCode, peakMib } = await ended;
      expect(exitCode).toBe(0);
      expect(peakMib).toBeGreaterThan(0);
      expect(peakMib).toBeLessThan(PEAK_MIB);
      const hash = hashOfPrinted(mib, shape);
      expect(await hashesOfLogs(state)).toEqual(Object.fromEntries(ids.map(id => [`${id}.log`, hash])));
      report(`${steps} × ${mib} MiB in ${shape} to ${to}: peak ${peakMib} MiB`);
    },
  );

  it('is in ndjson character for character', async () => {
    const state = temporaryFolder();
    const file = join(state, 'events.ndjson');
    const plan = planFile({ run: prints(64, 'lines') });
    const { ended } = watched([plan, '--state-dir', state, '--reporter', `ndjson:${file}`], 'ignore');
    const { exitCode, peakMib } = await ended;
    expect(exitCode).toBe(0);
    expect(peakMib).toBeLessThan(PEAK_MIB);
    const hash = createHash('sha256');
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const event = JSON.parse(line);
      if (event.type === 'step.output') hash.update(event.text);
    }
    expect(hash.digest('hex')).toBe(hashOfPrinted(64, 'lines'));
  });

  it.each(['plain', 'ndjson'])(
    'waits for a slow reader of %s: the command is held up, the memory is not filled',
    async reporter => {
      const state = temporaryFolder();
      const progress = join(state, 'progress');
      const plan = planFile({ run: prints(64, 'line', progress) });
      const args = [plan, '--state-dir', state, '--reporter', reporter];
      const { child, ended } = watched(args, ['ignore', 'pipe', 'ignore']);
      const lead = await readSlowly(child.stdout as Readable, () => Number(readFileSync(progress, 'utf8')));
      const { exitCode, peakMib } = await ended;
      expect(exitCode).toBe(0);
      expect(lead).toBeLessThan(4);
      expect(peakMib).toBeLessThan(PEAK_MIB);
      expect(await hashesOfLogs(state)).toEqual({ 'plan.log': hashOfPrinted(64, 'line') });
      report(`64 MiB of ${reporter} to a slow reader: at most ${lead.toFixed(1)} MiB ahead, peak ${peakMib} MiB`);
    },
  );
});

/** Reads to the end with rests, and tells by how many MiB the printing command was ahead of us at most. */
async function readSlowly(stream: Readable, printedMib: () => number): Promise<number> {
  let read = 0;
  let rested = 0;
  let lead = 0;
  for await (const chunk of stream) {
    read += (chunk as Buffer).length / 2 ** 20;
    lead = Math.max(lead, read > 1 ? printedMib() - read : 0);
    if (read - rested < 1) continue;
    rested = read;
    await new Promise(done => setTimeout(done, 10));
  }
  return lead;
}

function report(words: string): void {
  process.stdout.write(`${words}\n`);
}

import { appendFileSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { readJournal } from '../../src/journal/read.ts';
import { openJournal } from '../../src/journal/record.ts';
import { temporaryFolder } from '../support/cli.ts';

const begun: RunEvent = { type: 'run.started', v: 1, run: 'r', name: 'plan', at: '2026-11-22T08:13:49.120Z' };
const said = (message: string): RunEvent => ({ type: 'warning', t: 1, message });

function written(events: readonly RunEvent[]): string {
  const file = join(temporaryFolder(), 'journal.ndjson');
  const journal = openJournal(file);
  for (const event of events) journal.record(event);
  journal.close();
  return file;
}

function read(file: string) {
  const events: RunEvent[] = [];
  const reading = readJournal(file, event => events.push(event));
  return { reading, events };
}

describe('the journal', () => {
  it.each([false, true])(
    'holds an event once it is committed, and gives back what it was given: durable %s',
    durable => {
      const file = join(temporaryFolder(), 'journal.ndjson');
      const journal = openJournal(file, { durable });
      journal.record(begun);
      journal.commit();
      expect(read(file)).toEqual({
        reading: { type: 'read', length: statSync(file).size, torn: false },
        events: [begun],
      });
      journal.close();
    },
  );

  it('writes what a turn brings at its end, together', async () => {
    const file = join(temporaryFolder(), 'journal.ndjson');
    const journal = openJournal(file);
    for (const event of [begun, said('one'), said('other')]) journal.record(event);
    expect(read(file).events).toEqual([]);
    await new Promise(setImmediate);
    expect(read(file).events).toEqual([begun, said('one'), said('other')]);
    journal.record(said('last'));
    journal.close();
    expect(read(file).events.at(-1)).toEqual(said('last'));
  });

  it('tells when all that was recorded is written', async () => {
    const file = join(temporaryFolder(), 'journal.ndjson');
    const journal = openJournal(file);
    expect(journal.committed()).toBeUndefined();
    journal.record(begun);
    const committed = journal.committed();
    journal.record(said('same turn'));
    expect(journal.committed()).toBe(committed);
    await committed;
    expect(read(file).events).toEqual([begun, said('same turn')]);
    expect(journal.committed()).toBeUndefined();
    journal.record(said('next'));
    const next = journal.committed();
    journal.commit();
    expect(journal.committed()).toBeUndefined();
    await next;
    journal.close();
  });

  it('is written to the last event where the process exits in the middle of a turn', () => {
    const file = join(temporaryFolder(), 'journal.ndjson');
    const journal = openJournal(file);
    journal.record(begun);
    process.emit('exit', 0);
    expect(read(file).events).toEqual([begun]);
    journal.close();
  });

  it('is for its owner only', () => {
    expect(statSync(written([begun])).mode & 0o777).toBe(0o600);
  });

  it('follows no link', () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'journal.ndjson'));
    expect(() => openJournal(join(folder, 'journal.ndjson'))).toThrow(/ELOOP/);
  });

  it('goes on behind the last whole line', () => {
    const file = written([begun]);
    appendFileSync(file, '{"type":"warning","t":5,"mess');
    const { reading } = read(file);
    if (reading.type !== 'read') throw new Error(reading.type);
    expect(reading.torn).toBe(true);
    const journal = openJournal(file, { goOnAt: reading.length });
    journal.record(said('again'));
    journal.close();
    expect(read(file)).toMatchObject({ reading: { torn: false }, events: [begun, said('again')] });
  });

  it.each([
    ['nothing', ''],
    ['half a line', '{"type":"war'],
    ['a whole event without its end', JSON.stringify(said('lost'))],
    ['zeros, as a file system leaves them after a loss of power', '\0\0\0\0\n\0\0'],
    ['lines that are no events', 'null\n7\n"x"\n{"type":"warning"}\n'],
  ])('reads what is good when %s follows', (_, rest) => {
    const file = written([begun, said('ü…😀')]);
    const good = statSync(file).size;
    appendFileSync(file, rest);
    expect(read(file)).toEqual({
      reading: { type: 'read', length: good, torn: rest !== '' },
      events: [begun, said('ü…😀')],
    });
  });

  it('that is empty has no event', () => {
    const file = join(temporaryFolder(), 'journal.ndjson');
    writeFileSync(file, '');
    expect(read(file)).toEqual({ reading: { type: 'read', length: 0, torn: false }, events: [] });
  });

  it('with a bad line among good ones is damaged there', () => {
    const file = written([begun]);
    appendFileSync(file, `rubbish\n${JSON.stringify(said('behind'))}\n`);
    expect(read(file)).toEqual({ reading: { type: 'damaged', line: 2 }, events: [begun] });
  });

  it('of a newer version is not read', () => {
    const file = join(temporaryFolder(), 'journal.ndjson');
    writeFileSync(file, `${JSON.stringify({ ...begun, v: 2 })}\n`);
    expect(read(file)).toEqual({ reading: { type: 'newer', version: 2 }, events: [] });
  });

  it('cut anywhere gives back a beginning of what was recorded', () => {
    const events = [begun, ...Array.from({ length: 20 }, (_, index) => said(`${'x'.repeat(index * 100)}ü`))];
    const file = written(events);
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(whole.length), length => {
        writeFileSync(file, whole);
        truncateSync(file, length);
        const { events: found } = read(file);
        expect(found).toEqual(events.slice(0, found.length));
      }),
      { numRuns: 200 },
    );
  });

  it('of lines longer than a read is read whole', () => {
    const events = [begun, said('y'.repeat(200_000)), said('z')];
    expect(read(written(events)).events).toEqual(events);
  });
});

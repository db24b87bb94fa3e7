import { Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { createSink } from '../../src/cli/sink.ts';

/** A stream whose reader is as slow, or as dead, as the test says. */
function stream(options: { highWaterMark?: number } = {}) {
  const waiting: ((error?: Error) => void)[] = [];
  const taken: string[] = [];
  const writable = new Writable({
    ...options,
    write(chunk, _encoding, done) {
      taken.push(String(chunk));
      waiting.push(done);
    },
  });
  const next = async (error?: Error) => {
    waiting.shift()?.(error);
    await new Promise(setImmediate);
  };
  return { writable, taken, next };
}

const gone = (code: string) => Object.assign(new Error(code), { code });

describe('a sink', () => {
  it('asks for patience while its reader is slow', async () => {
    const { writable, next } = stream({ highWaterMark: 4 });
    const sink = createSink(writable);
    const done = vi.fn();
    void sink.write('12345')?.then(done);
    await Promise.resolve();
    expect(done).not.toHaveBeenCalled();
    await next();
    expect(done).toHaveBeenCalledOnce();
  });

  it('lets nobody wait for what was written at once, however small the stream', () => {
    const writable = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => done() });
    expect(createSink(writable).write('12345')).toBeUndefined();
  });

  it('hands the same promise to all that must wait, and leaves no listener', async () => {
    const { writable, next } = stream({ highWaterMark: 1 });
    const sink = createSink(writable);
    const before = writable.listenerCount('drain') + writable.listenerCount('error');
    expect(sink.write('a')).toBe(sink.write('b'));
    await next();
    await next();
    expect(writable.listenerCount('drain') + writable.listenerCount('error')).toBe(before);
  });

  it.each(['EPIPE', 'EIO'])('swallows everything once its reader has gone (%s), and lets no one wait', async code => {
    const { writable, next, taken } = stream({ highWaterMark: 1 });
    const failure = vi.fn();
    const sink = createSink(writable, failure);
    const waiting = sink.write('a');
    const flushed = sink.flush();
    await next(gone(code));
    await Promise.all([waiting, flushed]);
    expect(sink.write('b')).toBeUndefined();
    await sink.flush();
    expect(taken).toEqual(['a']);
    expect(failure).not.toHaveBeenCalled();
  });

  it('tells once of any other failure', async () => {
    const { writable, next } = stream();
    const failure = vi.fn();
    const sink = createSink(writable, failure);
    void sink.write('a');
    await next(gone('ENOSPC'));
    expect(failure).toHaveBeenCalledOnce();
    expect(sink.write('b')).toBeUndefined();
  });

  it('is flushed when its stream has taken everything', async () => {
    const { writable, next } = stream();
    const sink = createSink(writable);
    void sink.write('a');
    const done = vi.fn();
    void sink.flush().then(done);
    await Promise.resolve();
    expect(done).not.toHaveBeenCalled();
    await next();
    await next();
    expect(done).toHaveBeenCalledOnce();
  });
});

describe('large texts on their way through a sink', () => {
  /** A stream that holds on to what it was given, as one does that writes later. */
  function holding() {
    const held: { readonly bytes: Buffer; readonly done: () => void }[] = [];
    const writable = new Writable({
      highWaterMark: 1,
      write: (bytes, _encoding, done) => void held.push({ bytes, done }),
    });
    return { sink: createSink(writable), held };
  }

  it.each([
    ['of ASCII', 'x'.repeat(50_000)],
    ['of other characters', 'é日🚀'.repeat(10_000)],
    ['with half a character', `${'x'.repeat(20_000)}\ud83d${'x'.repeat(20_000)}`],
    ['too large for the memory that is used again', 'x'.repeat(1_000_000)],
    ['too large by what follows its ASCII', 'x'.repeat(262_143) + 'é'.repeat(3)],
  ])('come out as they are: %s', (_what, text) => {
    const { sink, held } = holding();
    void sink.write(text);
    expect(held[0]?.bytes.equals(Buffer.from(text))).toBe(true);
  });

  it('share memory one after the other, never with one that is still to be written', () => {
    const { sink, held } = holding();
    const of = (character: string) => character.repeat(20_000);
    void sink.write(of('a'));
    void sink.write(of('b'));
    expect(String(held[0]?.bytes)).toBe(of('a'));
    held[0]?.done();
    expect(String(held[1]?.bytes)).toBe(of('b'));
    void sink.write(of('c'));
    expect(String(held[1]?.bytes)).toBe(of('b'));
    held[1]?.done();
    held[2]?.done();
    void sink.write(of('d'));
    expect(String(held[3]?.bytes)).toBe(of('d'));
    expect(held[3]?.bytes.buffer).toBe(held[0]?.bytes.buffer);
  });
});

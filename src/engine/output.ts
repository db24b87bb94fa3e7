/** The output of a leaf step on its way: secrets are masked, then it is kept in the step's log and told to whoever listens. */

import { StringDecoder } from 'node:string_decoder';
import type { Masker } from '../events/masker.ts';
import type { LeafStep } from '../plan/plan.ts';
import { escapeUnsafe } from '../plan/quote.ts';
import { whyUnwritable } from '../plan/unwritable.ts';
import { createByteTail } from './byte-tail.ts';
import type { RunContext, Running } from './context.ts';
import { hiddenOf } from './hidden.ts';
import { readsStderr, STDERR_BYTES } from './retrying.ts';

type Stream = 'out' | 'err';

const STREAMS: readonly Stream[] = ['out', 'err'];

/** Of what an attempt has printed so much is told where only its end is asked for: 20 lines of any length that is shown. */
const END_BYTES = 40 * 1024;

/** So much of an output that may hold a secret which nobody knows yet is kept until the end of the attempt. */
const KEPT_BYTES_MAX = 1024 * 1024;

export interface Output {
  /** Takes a piece. A returned promise asks for no more until it resolves. */
  write(bytes: Uint8Array, stream?: Stream): Promise<void> | undefined;
  /** The attempt has ended: what was held back is kept and told. @param isWell nobody will ask how its output ended. */
  end(isWell: boolean): void;
}

/**
 * Opens the output of one attempt of a leaf that keeps this.
 * @param heard called with each piece, whether it is shown or not.
 */
export function openOutput(run: RunContext, running: Running, keeps: Keeps, heard: () => void): Output {
  const kept = openKept(run, running, keeps);
  const stderr = readsStderr(running.step.retry) ? createByteTail(STDERR_BYTES) : undefined;
  if (stderr !== undefined) running.stderr = stderr;
  return {
    write(bytes, stream = 'out') {
      heard();
      if (stream === 'err') stderr?.append(bytes);
      return kept.write(bytes, stream);
    },
    end: kept.end,
  };
}

type Keeps = Pick<LeafStep, 'save' | 'saveTo'>;

function openKept(run: RunContext, running: Running, { save, saveTo }: Keeps): Output {
  const shown = openShown(run, running);
  const hidden = hiddenOf(run, save);
  if (hidden?.stream === 'out') {
    return withoutStandardOutput(shown, () => `the secret "${hidden.name}" comes from this output`);
  }
  const all = hidden === undefined ? shown : keptBack(shown);
  return saveTo === undefined
    ? all
    : withoutStandardOutput(all, bytes => `${bytes} bytes for the file ${escapeUnsafe(JSON.stringify(saveTo))}`);
}

function openShown(run: RunContext, running: Running): Output {
  const maskers: { [stream in Stream]?: Masker } = {};
  const decoders: { [stream in Stream]?: StringDecoder } = {};
  let ending: ReturnType<typeof createByteTail> | undefined;

  const tell = (stream: Stream, text: string) =>
    text === '' ? undefined : run.publishOutput({ type: 'step.output', step: running.path, t: run.t(), stream, text });

  const keep = (bytes: Uint8Array, stream: Stream) => {
    if (bytes.length === 0) return undefined;
    try {
      running.log?.append(bytes);
    } catch (error) {
      run.broken(`the log of "${running.path}" cannot be written: ${whyUnwritable(error)}`);
    }
    if (run.tellOutput === false) return undefined;
    if (run.tellOutput === 'ends') {
      ending ??= createByteTail(END_BYTES);
      ending.append(bytes);
      return undefined;
    }
    decoders[stream] ??= new StringDecoder('utf8');
    return tell(stream, decoders[stream].write(bytes));
  };

  return {
    write(bytes, stream = 'out') {
      if (run.secrets.isEmpty) return keep(bytes, stream);
      maskers[stream] ??= run.secrets.stream();
      return keep(maskers[stream].write(bytes), stream);
    },
    end(isWell) {
      for (const stream of STREAMS) {
        const rest = maskers[stream]?.end();
        if (rest !== undefined) void keep(rest, stream);
        void tell(stream, decoders[stream]?.end() ?? '');
      }
      if (!isWell && ending !== undefined) void tell('out', ending.text());
    },
  };
}

/** Standard output is a secret, as a whole or in parts, or is in a file: a line stands in its place. @param why of so many bytes. */
function withoutStandardOutput(shown: Output, why: (bytes: number) => string): Output {
  let leftOut = 0;
  return {
    write(bytes, stream = 'out') {
      if (stream === 'err') return shown.write(bytes, stream);
      leftOut += bytes.length;
      return undefined;
    },
    end(isWell) {
      if (leftOut > 0) void shown.write(Buffer.from(`[not shown: ${why(leftOut)}]\n`));
      shown.end(isWell);
    },
  };
}

/** All output waits for the end of the attempt, when the secrets that it hands over in a file are known. */
function keptBack(shown: Output): Output {
  let pieces: { readonly bytes: Uint8Array; readonly stream: Stream }[] = [];
  let size = 0;
  let leftOut = 0;
  return {
    write(bytes, stream = 'out') {
      const fitting = bytes.slice(0, KEPT_BYTES_MAX - size);
      size += fitting.length;
      leftOut += bytes.length - fitting.length;
      if (fitting.length > 0) pieces.push({ bytes: fitting, stream });
      return undefined;
    },
    end(isWell) {
      for (const { bytes, stream } of pieces) void shown.write(bytes, stream);
      pieces = [];
      const rest = `\n[${leftOut} more bytes are left out: a step that saves a secret shows its output when it has ended]\n`;
      if (leftOut > 0) void shown.write(Buffer.from(rest));
      shown.end(isWell);
    },
  };
}

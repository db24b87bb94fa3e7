/** A run as it went, told again: its events with what its steps have printed between them. */
import type { RunEvent, StepOutput } from '../events/event.ts';
import type { LogReader } from './log-reader.ts';
import { readPast, type Trouble } from './past.ts';
import { openRunLogs } from './run-logs.ts';

/** When what an attempt has printed was printed is not known: it is spread over its time, in pieces at least so far apart, */
const PIECE_MS = 100;
/** and so many at most. */
const PIECES = 50;

export interface Replay {
  /**
   * Everything in order, each event with its own `t`; the logs are read as it is asked for. Times of `step.output` are
   * approximate, its pieces end with lines, and all of it is `out`, as a log holds both streams.
   */
  events(): Generator<RunEvent>;
  /** Whether the run has told its end. */
  readonly hasEnded: boolean;
  /** Why the journal tells less than all, where it does. */
  readonly trouble: Trouble | undefined;
}

/** What an attempt has printed: from a place in the log of its step up to the next attempt's, or to the end. */
interface Segment {
  readonly step: string;
  readonly from: number;
  readonly startedAt: number;
  to: number;
  endedAt: number;
  /** It ends before this event. */
  before: number;
}

/** A piece of it that is due. */
interface Piece {
  readonly segment: Segment;
  readonly t: number;
  /** Which part of it has been printed by then, up to 1. */
  readonly share: number;
}

/**
 * Opens the run in a folder: of one that was resumed, the last part. Never throws for what its files hold.
 * @param maxLog what the log of a step may hold, as its plan says.
 */
export function openReplay(folder: string, maxLog: number | undefined): Replay {
  let events: RunEvent[] = [];
  const trouble = readPast(folder, event => {
    if (event.type === 'run.started') events = [];
    events.push(event);
  });
  return {
    events: () => tellAgain(events, folder, maxLog),
    hasEnded: events.at(-1)?.type === 'run.finished',
    trouble,
  };
}

function* tellAgain(events: readonly RunEvent[], folder: string, maxLog: number | undefined): Generator<RunEvent> {
  const logs = openRunLogs(folder, maxLog);
  const hasLog = (step: string) => logs.file(step) !== undefined;
  const pieces = segmentsOf(events, hasLog).flatMap(piecesOf).sort(byTime);
  const printed = new Map<string, ReturnType<typeof openPrinted>>();
  let next = 0;
  try {
    for (const [index, event] of events.entries()) {
      for (let piece = pieces[next]; piece !== undefined && isDue(piece, event, index); piece = pieces[next]) {
        next += 1;
        yield* outputOf(piece);
      }
      yield event;
    }
    for (const piece of pieces.slice(next)) yield* outputOf(piece);
  } finally {
    for (const each of printed.values()) each.close();
    logs.close();
  }

  function* outputOf({ segment, t, share }: Piece): Generator<StepOutput> {
    const { step } = segment;
    let output = printed.get(step);
    if (output === undefined) {
      output = openPrinted(logs.open(step, segment.from));
      printed.set(step, output);
    }
    for (const text of output.upTo(segment, share)) yield { type: 'step.output', step, t, stream: 'out', text };
  }
}

function isDue({ t, segment }: Piece, event: RunEvent, index: number): boolean {
  const now = timeOf(event);
  return t < now || (t === now && segment.before <= index);
}

/** Milliseconds since the start of the run. */
export function timeOf(event: RunEvent): number {
  return event.type === 'run.started' ? 0 : event.t;
}

function byTime(one: Piece, other: Piece): number {
  return one.t - other.t || one.segment.before - other.segment.before;
}

function segmentsOf(events: readonly RunEvent[], hasLog: (step: string) => boolean): readonly Segment[] {
  const segments: Segment[] = [];
  const open = new Map<string, Segment>();
  const latest = new Map<string, Segment>();
  for (const [index, event] of events.entries()) {
    if (event.type === 'step.started') {
      // It has printed nothing before, or nothing at all.
      const { step, logOffset: from = 0 } = event;
      const earlier = latest.get(step);
      if (earlier === undefined && !hasLog(step)) continue;
      if (earlier !== undefined) earlier.to = from;
      const segment = {
        step,
        from,
        to: Number.POSITIVE_INFINITY,
        startedAt: event.t,
        endedAt: Number.POSITIVE_INFINITY,
        before: events.length,
      };
      segments.push(segment);
      open.set(step, segment);
      latest.set(step, segment);
    } else if (ENDS.has(event.type) && 'step' in event && event.step !== undefined) {
      const segment = open.get(event.step);
      if (segment === undefined) continue;
      segment.endedAt = timeOf(event);
      segment.before = index;
      open.delete(event.step);
    }
  }
  const last = events.at(-1);
  for (const segment of open.values()) segment.endedAt = last === undefined ? 0 : timeOf(last);
  return segments;
}

/** The first of them is the end of an attempt. */
const ENDS: ReadonlySet<string> = new Set(['attempt.finished', 'step.retrying', 'tick.finished', 'step.finished']);

function piecesOf(segment: Segment): Piece[] {
  const { startedAt, endedAt } = segment;
  const count = Math.min(PIECES, Math.max(1, Math.floor((endedAt - startedAt) / PIECE_MS)));
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / count;
    return { segment, share, t: Math.round(startedAt + (endedAt - startedAt) * share) };
  });
}

/** The log of one step, handed out bit by bit. */
function openPrinted(reader: LogReader) {
  const decoder = new TextDecoder();
  let held: Buffer = Buffer.alloc(0);
  return {
    /** The texts up to that share of the segment, and to the end of the line. */
    *upTo(segment: Segment, share: number): Generator<string> {
      const size = Math.min(segment.to, reader.size);
      const isLast = share === 1;
      const limit = isLast ? segment.to : segment.from + Math.floor((size - segment.from) * share);
      for (;;) {
        if (held.length === 0) held = reader.next() ?? held;
        const at = reader.position - held.length;
        const room = Math.min(held.length, limit - at);
        if (room <= 0) break;
        // The line in which the limit falls is told whole: what is printed at the start is seen from the start.
        const end = held.subarray(0, segment.to - at).indexOf(NEWLINE, room - 1) + 1;
        const length =
          isLast || room === held.length ? room : end > 0 ? end : held.subarray(0, room).lastIndexOf(NEWLINE) + 1;
        if (length === 0) break;
        const text = decoder.decode(held.subarray(0, length), { stream: true });
        held = held.subarray(length);
        if (text !== '') yield text;
      }
    },
    close: () => reader.close(),
  };
}

const NEWLINE = 0x0a;

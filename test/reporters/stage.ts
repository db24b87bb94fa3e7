/** A stage for reporters: a clock moved by hand, a sink that keeps, a terminal emulator, plans and events in short. */
import xterm from '@xterm/headless';
import type { RunEvent, StepStarted } from '../../src/events/event.ts';
import type { Outcome } from '../../src/events/outcome.ts';
import type {
  AnyStep,
  ForEachStep,
  GatherStep,
  Plan,
  RunStep,
  SequenceStep,
  SleepStep,
  Step,
  StepCommon,
} from '../../src/plan/plan.ts';
import type { Clock, FileSink, Terminal } from '../../src/reporters/reporter.ts';

type More = Partial<StepCommon>;
const common = (id: string, more: More) => ({ id, env: {}, background: false, allowFailure: false, ...more });

export function run(id: string, command: RunStep['command'] = `make ${id}`, more: More = {}): RunStep {
  const stop = { signal: 'SIGTERM', graceMs: 5000 } as const;
  return { ...common(id, more), type: 'run', command, shell: ['sh', '-ec'], stop, okExitCodes: [0] };
}

export function sleep(id: string, durationMs: SleepStep['durationMs']): SleepStep {
  return { ...common(id, {}), type: 'sleep', durationMs };
}

export function steps(id: string, children: readonly Step[], more: More = {}): SequenceStep {
  return { ...common(id, more), type: 'steps', children };
}

export function gather(id: string, children: readonly Step[], more: More = {}): GatherStep {
  return { ...common(id, more), type: 'gather', children, failFast: true };
}

/** Copies of `each` for the values 1, 2, 3 of N. */
export function forEach(id: string, each: Step, more: Partial<ForEachStep> = {}): ForEachStep {
  const list = { type: 'values', values: ['1', '2', '3'] } as const;
  const items = { type: 'product', lists: [{ name: 'N', list }], exclude: [] } as const;
  return { ...common(id, {}), type: 'forEach', items, each: { ...each, id: '' }, failFast: true, ...more };
}

export function any(id: string, children: readonly Step[], more: More = {}): AnyStep {
  return { ...common(id, more), type: 'any', children };
}

export function planOf(root: Step, name = 'tour'): Plan {
  return { name, folder: '/plans', slots: 64, keep: 50, keepBytes: 2 ** 30, inputs: {}, secrets: [], root };
}

/** Events in short, one after the other; `t` is what the clock says. */
export function script(report: (event: RunEvent) => unknown, now: () => number) {
  const t = () => now();
  return {
    event: (event: RunEvent) => report(event),
    begin: (name = 'tour', folder = '/plans/.runjobs/runs/r1') =>
      report({ type: 'run.started', v: 1, run: 'r1', name, folder, at: '2026-11-22T08:13:49.120Z' }),
    queue: (step: string) => report({ type: 'step.queued', step, t: t(), for: 'slot' }),
    start: (step: string, more: Partial<StepStarted> = {}) =>
      report({ type: 'step.started', step, t: t(), attempt: 1, ...more }),
    print: (step: string, text: string, stream: 'out' | 'err' = 'out') =>
      report({ type: 'step.output', step, t: t(), stream, text }),
    end: (
      step: string,
      outcome: Outcome = ok,
      more: { durationMs?: number; attempts?: number; log?: string; tick?: number; body?: Outcome } = {},
    ) => report({ type: 'step.finished', step, t: t(), outcome, durationMs: 1000, attempts: 1, ...more }),
    copies: (step: string, which: { first: number; count: number; resumed?: true }, outcome: Outcome = ok) =>
      report({ type: 'copies.finished', step, t: t(), ...which, outcome }),
    finish: (outcome: Outcome = ok, exitCode = 0) => report({ type: 'run.finished', t: t(), outcome, exitCode }),
  };
}

export const ok: Outcome = { state: 'succeeded' };
export const exit = (exitCode: number) => ({ state: 'failed', reason: { type: 'exit' }, exitCode }) as const;
export const childFailed = (step: string) =>
  ({ state: 'failed', reason: { type: 'child', step }, exitCode: 1 }) as const;
export const skippedAfter = (step: string) => ({ state: 'skipped', reason: { type: 'earlier-failed', step } }) as const;

export interface HandClock extends Clock {
  /** Lets time pass; timers wake in their order. */
  advance(ms: number): void;
  readonly armed: number;
}

export function handClock(): HandClock {
  const timers = new Set<{ due: number; wake: () => void }>();
  let now = 0;
  return {
    now: () => now,
    at(due, wake) {
      const timer = { due, wake };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.due);
        next.wake();
      }
      now = until;
    },
    get armed() {
      return timers.size;
    },
  };
}

export interface KeptSink extends FileSink {
  readonly text: string;
  readonly lines: string[];
}

export function keptSink(): KeptSink {
  let text = '';
  return {
    write(more) {
      text += more;
      return undefined;
    },
    flush: async () => {},
    end: async () => {},
    get text() {
      return text;
    },
    get lines() {
      return text.split('\n').slice(0, -1);
    },
  };
}

export interface StageTerminal extends Terminal {
  columns: number;
  rows: number;
  /** Everything written, and how often. */
  readonly written: string;
  readonly writes: number;
  /** Changes the size, as a person does. */
  resize(columns: number, rows: number): Promise<void>;
  /** The lines that a person sees, without empty ones at the end; scrolled-out lines come first with `all`. */
  screen(all?: 'all'): Promise<string[]>;
  readonly isCursorVisible: boolean;
}

/** A terminal emulator behind a stream. */
export function stageTerminal(columns = 80, rows = 24): StageTerminal {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  let written = '';
  let writes = 0;
  const settled = () => new Promise<void>(resolve => emulator.write('', resolve));
  return {
    isTTY: true,
    columns,
    rows,
    write(text) {
      written += text;
      writes += 1;
      emulator.write(text);
      return undefined;
    },
    flush: settled,
    async resize(newColumns, newRows) {
      await settled();
      emulator.resize(newColumns, newRows);
      this.columns = newColumns;
      this.rows = newRows;
    },
    async screen(all) {
      await settled();
      const { active } = emulator.buffer;
      const lines: string[] = [];
      for (let y = all ? 0 : active.baseY; y < active.baseY + emulator.rows; y++) {
        lines.push(active.getLine(y)?.translateToString(true) ?? '');
      }
      while (lines.at(-1) === '') lines.pop();
      return lines;
    },
    get written() {
      return written;
    },
    get writes() {
      return writes;
    },
    get isCursorVisible() {
      return written.lastIndexOf('\x1b[?25h') >= written.lastIndexOf('\x1b[?25l');
    },
  };
}

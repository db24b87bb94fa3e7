/** The live view on a stage: a terminal emulator to look at and a clock to move. */
import type { Plan } from '../../src/plan/plan.ts';
import type { Controls } from '../../src/reporters/controls.ts';
import { createLive, type LiveOptions } from '../../src/reporters/live.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { gather, handClock, planOf, run, script, stageTerminal, steps } from './stage.ts';

/** 2000 steps at once. */
export const WIDE = planOf(
  gather(
    'root',
    Array.from({ length: 2000 }, (_, n) => run(`s${n + 1}`)),
  ),
  'wide',
);
export const TOUR = planOf(
  steps('root', [
    gather('build', [run('compile', 'npm run build'), run('lint')]),
    run('fetch', 'curl x'),
    run('deploy'),
  ]),
);

interface StageOptions
  extends Partial<Pick<LiveOptions, 'colour' | 'features' | 'readUsual' | 'controls' | 'isBehind'>> {
  readonly plan?: Plan;
  readonly columns?: number;
  readonly rows?: number;
  /** What is on the screen already. */
  readonly before?: string;
}

/** A person at the terminal: what is typed, and what comes of it. */
export function stageControls() {
  let listener: ((text: string) => void) | undefined;
  const stopped: string[] = [];
  const restarted: string[] = [];
  const logs = new Map<string, Buffer>();
  let openLogs = 0;
  let bytesRead = 0;
  const bytes = (step: string) => logs.get(step) ?? Buffer.alloc(0);
  const controls: Controls = {
    keyboard: {
      take(onTyped) {
        listener = onTyped;
      },
      release() {
        listener = undefined;
      },
      get isOurs() {
        return listener !== undefined;
      },
    },
    stop(step) {
      stopped.push(step);
      return step !== 'gone';
    },
    restart(step) {
      restarted.push(step);
      return step !== 'gone';
    },
    openLog(_folder, step) {
      openLogs += 1;
      return {
        path: `logs/${step}.log`,
        size: () => bytes(step).length,
        read(position, length) {
          const read = bytes(step).subarray(position, position + length);
          bytesRead += read.length;
          return read;
        },
        close() {
          openLogs -= 1;
        },
      };
    },
  };
  return {
    controls,
    stopped,
    restarted,
    /** Types each of these in its turn. */
    type(...typed: string[]) {
      for (const text of typed) listener?.(text);
    },
    print(step: string, text: string | Buffer) {
      logs.set(step, Buffer.concat([bytes(step), Buffer.from(text)]));
    },
    get isListening() {
      return listener !== undefined;
    },
    get bytesRead() {
      return bytesRead;
    },
    get openLogs() {
      return openLogs;
    },
  };
}

/** A live view on a terminal, with the words to feed it. */
export async function stageLive({
  plan = TOUR,
  columns = 80,
  rows = 24,
  colour = false,
  before = '',
  ...more
}: StageOptions = {}) {
  const terminal = stageTerminal(columns, rows);
  void terminal.write(before);
  const clock = handClock();
  const exits = new Set<() => void>();
  const reporter = await createLive({
    terminal,
    steps: indexSteps(plan),
    clock,
    colour,
    cwd: '/plans',
    ...more,
    onExit: restore => {
      exits.add(restore);
      return () => void exits.delete(restore);
    },
  });
  const tell = script(event => reporter.report(event), clock.now);
  tell.begin(plan.name);
  tell.start('.');
  /** The screen after everything that was told has been drawn, without the spinner. */
  const look = async () => {
    clock.advance(200);
    return (await terminal.screen()).map(line => line.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, '*'));
  };
  return { terminal, clock, reporter, tell, look, exits };
}

/** For cron: nothing about a run that went well, and one complete report about one that did not. */
import type { Warning } from '../events/event.ts';
import { fold } from '../events/fold.ts';
import { createProgress, isWell } from '../events/progress.ts';
import type { Plan } from '../plan/plan.ts';
import type { Again } from './again.ts';
import { digestLines } from './digest.ts';
import { formatDuration } from './durations.ts';
import { glyphs, monochrome } from './palette.ts';
import type { Reporter, Sink } from './reporter.ts';
import type { Steps } from './steps.ts';
import { mark, summaryWords } from './summary.ts';
import { cleanse } from './text.ts';
import { oneLine } from './wording.ts';

/** The first warnings; more are counted. */
const WARNINGS_MAX = 10;

export interface QuietOptions {
  readonly sink: Sink;
  readonly steps: Steps;
  readonly plan: Pick<Plan, 'file' | 'definition'>;
  /** The name of this machine. */
  readonly host?: string | undefined;
  /** How to run a step again, from whatever folder. */
  readonly again?: Again | undefined;
}

/** The report is read elsewhere, as in a mail: it says on which machine that was, and its paths are absolute. */
export function createQuiet({ sink, steps, plan, host, again }: QuietOptions): Reporter {
  const progress = createProgress(steps);
  const warnings: string[] = [];
  let warned = 0;
  let begun = { run: '', at: '' };
  let isOver = false;

  const warn = ({ step, message }: Warning) => {
    warned += 1;
    const where = step === undefined ? '' : `${steps.label(step)}: `;
    if (warned <= WARNINGS_MAX) warnings.push(`${glyphs.warning} ${where}${oneLine(message)}`);
  };

  const lines = (): string[] => {
    const { outcome } = progress;
    const head =
      outcome === undefined
        ? `${glyphs.failed} ${steps.label('.')} broke off after ${formatDuration(progress.t)}`
        : `${mark(outcome)} ${summaryWords(progress, outcome)}`;
    const file = plan.file === undefined ? [] : [plan.definition ? `${plan.file}#${plan.definition}` : plan.file];
    return [
      head,
      ...file.map(path => field('plan', path)),
      ...(host === undefined ? [] : [field('host', host)]),
      field('run', begun.run),
      field('started', begun.at),
      ...(warnings.length === 0 ? [] : ['', ...warnings]),
      ...(warned > WARNINGS_MAX ? [`${glyphs.warning} ${warned - WARNINGS_MAX} more warnings`] : []),
      ...digestLines({ progress, steps, palette: monochrome, again }),
    ];
  };

  const report = () => {
    if (isOver) return undefined;
    isOver = true;
    return isWell(progress) ? undefined : sink.write(`${lines().join('\n')}\n`);
  };

  return {
    name: 'quiet',
    wantsOutput: 'ends',
    showsLater: true,
    report(event) {
      fold(progress, event);
      if (event.type === 'run.started') begun = event;
      if (event.type === 'warning') warn(event);
      return event.type === 'run.finished' ? report() : undefined;
    },
    leave: () => sink.flush(),
    async close() {
      // What never began has failed to be opened, and that is told by others.
      if (begun.at !== '') void report();
      await sink.flush();
    },
  };
}

function field(name: string, value: string): string {
  return `  ${`${name}:`.padEnd(9)}${cleanse(value)}`;
}

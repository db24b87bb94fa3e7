/** The summary of a job on GitHub: how the run ended, a table of its steps, and when each of them ran. */
import type { Outcome } from '../events/outcome.ts';
import type { Progress } from '../events/progress.ts';
import type { Case, Cases } from './cases.ts';
import { formatDuration } from './durations.ts';
import { ganttOf } from './gantt.ts';
import { itemWords, numbersOf } from './items.ts';
import { type Steps, tellingName } from './steps.ts';
import { mark, summaryWords } from './summary.ts';
import { outcomeWords } from './wording.ts';

/** Rows of the table. */
const ROWS_MAX = 200;
const CELL_MAX = 200;

interface SummaryOptions {
  readonly progress: Progress;
  readonly cases: Cases;
  readonly steps: Steps;
  /** Wall-clock time, ISO 8601. */
  readonly startedAt: string;
}

/** Markdown that ends with an empty line. What it says of steps is text, never markup. */
export function githubSummary({ progress, cases, steps, startedAt }: SummaryOptions): string {
  const { outcome } = progress;
  const title =
    outcome === undefined
      ? `${steps.label('.')} broke off after ${formatDuration(progress.t)}`
      : `${mark(outcome)} ${summaryWords(progress, outcome)}`;
  const ordered = [...cases.all].sort((one, other) => weight(one.outcome) - weight(other.outcome));
  const left = ordered.slice(ROWS_MAX).reduce((sum, { copies }) => sum + (copies?.count ?? 1), cases.unlisted);
  const table =
    ordered.length === 0
      ? []
      : ['', '| step | | took |', '|---|---|---:|', ...ordered.slice(0, ROWS_MAX).map(one => row(one, steps))];
  const gantt = ganttOf(cases.all, steps, Date.parse(startedAt));
  return [
    `### ${asText(title)}`,
    ...table,
    ...(left > 0 ? ['', `… and ${left} more`] : []),
    ...(gantt.length === 0 ? [] : ['', '```mermaid', ...gantt, '```']),
    '',
    '',
  ].join('\n');
}

/** What failed comes first, then what it brought about. */
function weight(outcome: Outcome): number {
  if (outcome.state === 'failed') return outcome.allowed ? 1 : 0;
  return outcome.state === 'succeeded' ? 3 : 2;
}

function row({ step, item, copies, outcome, durationMs, attempts }: Case, steps: Steps): string {
  const which = copies === undefined ? '' : numbersOf(copies);
  const path = `${steps.label(step)}${which}`;
  const name = item === undefined ? tellingName(path, steps.at(step)) : `${path} ${itemWords(item)}`;
  const tries = attempts > 1 && steps.at(step)?.every === undefined ? `, ${attempts} attempts` : '';
  const how = `${mark(outcome)} ${outcomeWords(outcome)}${tries}`;
  const took = outcome.state === 'skipped' ? '' : formatDuration(durationMs);
  return `| ${asText(name)} | ${asText(how)} | ${took} |`;
}

/** What marks up, mentions somebody or makes a link or a formula, in Markdown or HTML. */
const MARKUP = /[&<>|*_`[\]~@:#!\\(){}$]/g;

/** The text, of which nothing marks up. */
function asText(text: string): string {
  const short = text.length > CELL_MAX ? `${text.slice(0, CELL_MAX)}…` : text;
  return short.replace(MARKUP, char => `&#${char.charCodeAt(0)};`);
}

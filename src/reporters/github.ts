/** For GitHub Actions: what passed is folded, what failed is open and annotated in the plan, and the job gets a summary. */

import { type FailedStep, failuresOf, type Progress } from '../events/progress.ts';
import { wayBelow } from '../plan/nearer.ts';
import type { Block } from './blocks.ts';
import { createCases } from './cases.ts';
import { ciLine } from './ci-line.ts';
import { annotation, CLOSE_GROUP, openGroup } from './github-commands.ts';
import { githubSummary } from './github-summary.ts';
import { createGrouping, type GroupingOptions } from './grouping.ts';
import { labelWithItem } from './items.ts';
import { glyphs } from './palette.ts';
import type { PlaceOf, Reporter } from './reporter.ts';
import type { Steps } from './steps.ts';
import { cleanse } from './text.ts';
import { outcomeWords } from './wording.ts';

/** GitHub shows no more than ten of a kind, and keeps no more than fifty of a job. */
const ANNOTATIONS_MAX = 50;
/** Last lines in an annotation. */
const TAIL_MAX = 10;

export interface GithubOptions extends GroupingOptions {
  readonly placeOf: PlaceOf;
  /** The folder of the repository, which annotations start from. */
  readonly workspace: string | undefined;
  /** Adds to the summary of the job; throws when it cannot be written. Absent: there is none. */
  readonly addToSummary?: ((text: string) => void) | undefined;
}

export function createGithub({ placeOf, workspace, addToSummary, ...options }: GithubOptions): Reporter {
  const { steps } = options;
  const { report, close, progress } = createGrouping(options, {
    name: 'github',
    line: ciLine,
    block: githubBlock,
    end: all => annotations(all, steps, step => placeIn(placeOf(step), workspace)),
  });
  const cases = createCases(progress, steps);
  let startedAt = '';
  let isClosed = false;

  const summarize = () => {
    if (isClosed) return;
    isClosed = true;
    try {
      addToSummary?.(githubSummary({ progress, cases, steps, startedAt }));
    } catch (error) {
      const why = cleanse((error as Error).message);
      void options.sink.write(`${glyphs.warning} the summary of the job cannot be written: ${why}\n`);
    }
  };

  return {
    name: 'github',
    report(event) {
      if (event.type === 'run.started') startedAt = event.at;
      const busy = report(event);
      cases.take(event);
      return busy;
    },
    close() {
      summarize();
      return close();
    },
  };
}

/** Folded where the step succeeded; else in the open. */
function githubBlock({ label, head, lines, about, outcome }: Block): string[] {
  const shown = lines.map(ciLine);
  if (outcome?.state !== 'succeeded') return [...head, ...shown, ...about];
  const [title = `${glyphs.succeeded} ${label}`, ...more] = about;
  return [openGroup(title), ...shown, CLOSE_GROUP, ...more];
}

/** One for each failure, in the order they happened; where there are very many, for those that count. */
function annotations(progress: Progress, steps: Steps, placeOf: PlaceOf): string[] {
  return failuresOf(progress, ANNOTATIONS_MAX).map(failure => {
    const { step, item, outcome } = failure;
    const title = labelWithItem(step, item, steps);
    return annotation(outcome.allowed ? 'warning' : 'error', { ...placeOf(step), title }, annotationText(failure));
  });
}

function annotationText({ outcome, tail }: FailedStep): string {
  return [outcomeWords(outcome), ...tail.slice(-TAIL_MAX).map(cleanse)].join('\n');
}

/** The place with its file as GitHub knows it; one outside of the repository cannot be annotated. */
function placeIn(place: ReturnType<PlaceOf>, workspace: string | undefined): ReturnType<PlaceOf> {
  if (place === undefined || workspace === undefined) return place;
  const file = wayBelow(workspace, place.file);
  return file === undefined ? undefined : { ...place, file };
}

/** What is said when the name of a run leads nowhere, or to more than one. */
import { didYouMean } from '../plan/suggest.ts';
import { cleanse } from './text.ts';

interface Named {
  readonly id: string;
  readonly folder: string;
}

/** What was found in place of one run. */
export type Unfound =
  | { readonly type: 'ambiguous'; readonly candidates: readonly Named[] }
  | {
      readonly type: 'none';
      readonly recent: readonly Named[];
      readonly looked: readonly string[];
      readonly closed: readonly Closed[];
    };

interface Closed {
  readonly folder: string;
  readonly why: string;
}

const LISTED = 10;

/** Why there is no one run of this name, and what to write instead; for standard error, ends with a newline. */
export function unfoundWords(name: string, finding: Unfound): string {
  switch (finding.type) {
    case 'ambiguous': {
      const { candidates } = finding;
      const more = candidates.length > LISTED ? [`  … ${candidates.length - LISTED} more`] : [];
      const listed = candidates.slice(0, LISTED).map(line);
      return lines(
        `${candidates.length} runs begin with "${cleanse(name)}", write more of the id:`,
        ...listed,
        ...more,
      );
    }
    case 'none': {
      const { recent, looked } = finding;
      const closed = closedWords(finding.closed);
      if (recent.length === 0) {
        const where = looked.map(folder => `"${cleanse(folder)}"`).join(', ');
        return lines(`there is no run${closed === '' ? '' : ' that you may read'}; looked in ${where}`) + closed;
      }
      const told = lines(
        name === 'last'
          ? 'there is no run nearby, so "last" is none; elsewhere the latest are:'
          : `there is no run "${cleanse(name)}"; the latest are:`,
        ...recent.map(line),
      );
      return told + closed;
    }
    default:
      return finding satisfies never;
  }
}

/** That these folders may not be read, and by whom they may; for standard error, a line for each. */
export function closedWords(closed: readonly Closed[]): string {
  return closed.map(({ folder, why }) => lines(`${cannotBeRead(folder, why)}; look at its runs as its owner`)).join('');
}

/** The same of one run that was found. */
export function closedRunWords({ id, folder }: Named, why: string): string {
  return lines(`run ${id}: ${cannotBeRead(folder, why)}; call this as its owner, or name another run`);
}

function cannotBeRead(folder: string, why: string): string {
  return `${quoted(cleanse(folder))} cannot be read: ${why}`;
}

/** That a run has no such step, and what to write instead. @param likely what may have been meant, besides the known ones. */
export function unknownStepWords(
  step: string,
  known: readonly string[],
  run: string,
  likely: readonly string[] = [],
): string {
  const others = known.filter(path => path !== '.').slice(0, LISTED);
  const near =
    didYouMean(step, [...known, ...likely]) ||
    (others.length === 0 ? '' : `; there are ${others.map(quoted).join(', ')}`);
  const more = near.startsWith(';') && known.length - 1 > LISTED ? ` and ${known.length - 1 - LISTED} more` : '';
  return lines(`run ${run} has no step ${quoted(cleanse(step))}${near}${more}`);
}

/** That there is no run, and where it was looked for. */
export function noRunsWords(looked: readonly string[], everywhere: boolean): string {
  const where = looked.length === 0 ? '' : `; looked in ${looked.map(folder => quoted(cleanse(folder))).join(', ')}`;
  return lines(
    `there is no run ${everywhere ? 'of yours' : 'nearby'}${where}${everywhere ? '' : ' (--all looks everywhere)'}`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function line({ id, folder }: Named): string {
  return `  ${id}  ${cleanse(folder)}`;
}

function lines(first: string, ...rest: readonly string[]): string {
  return [`runjobs: ${first}`, ...rest, ''].join('\n');
}

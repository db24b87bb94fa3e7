/** What is said when the name of a run leads nowhere, or to more than one. */
import { cleanse } from './text.ts';

interface Named {
  readonly id: string;
  readonly folder: string;
}

/** What was found in place of one run. */
export type Unfound =
  | { readonly type: 'ambiguous'; readonly candidates: readonly Named[] }
  | { readonly type: 'none'; readonly recent: readonly Named[]; readonly looked: readonly string[] };

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
      if (recent.length === 0) {
        return lines(`there is no run; looked in ${looked.map(folder => `"${cleanse(folder)}"`).join(', ')}`);
      }
      return lines(
        name === 'last'
          ? 'there is no run nearby, so "last" is none; elsewhere the latest are:'
          : `there is no run "${cleanse(name)}"; the latest are:`,
        ...recent.map(line),
      );
    }
    default:
      return finding satisfies never;
  }
}

function line({ id, folder }: Named): string {
  return `  ${id}  ${cleanse(folder)}`;
}

function lines(first: string, ...rest: readonly string[]): string {
  return [`runjobs: ${first}`, ...rest, ''].join('\n');
}

/** Problems of a job file: what is wrong, where, and how that is told. */
import { excerptOf } from './excerpt.ts';
import { escapeUnsafe, quoteText } from './quote.ts';
import { type Finding, Lines, offsetOf, type Path, type Source } from './source.ts';

/** One thing that is wrong with a job file, or a warning about it. */
export interface Problem {
  /** What is wrong, what was expected, what to do. */
  readonly message: string;
  /** Where in the plan: `root.steps[0].timout`; empty when it is about the file as a whole. */
  readonly path: string;
  /** The file as people know it: relative to the current folder if inside it, `<stdin>`, or empty for an object. */
  readonly file: string;
  /** From 1; absent when the plan has no text. */
  readonly line?: number;
  /** From 1, in UTF-16 units as editors count. */
  readonly column?: number;
  /** The line with the one before it, numbered, and a caret below the place. */
  readonly excerpt?: string;
}

/** Turns findings into problems, in the order of the text. */
export function problemsFrom(findings: readonly Finding[], file: string, source?: Source): Problem[] {
  if (!source) return findings.map(finding => ({ message: finding.message, path: showPath(finding), file }));
  if (findings.length === 0) return [];
  const lines = new Lines(source.text);
  return findings
    .map(finding => ({ finding, offset: offsetOf(finding, source) }))
    .sort((one, other) => one.offset - other.offset)
    .map(({ finding, offset }) => {
      const place = lines.place(offset);
      const excerpt = source.text === '' ? {} : { excerpt: excerptOf(lines, place) };
      return { message: finding.message, path: showPath(finding), file, ...place, ...excerpt };
    });
}

/** One text for people, without colour: a line for each problem, then its excerpt. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}

function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const file = `${escapeUnsafe(problem.file)}${place}`;
  const where = [file, problem.path].filter(part => part !== '').join(' ');
  const head = where === '' ? problem.message : `${where}: ${problem.message}`;
  return problem.excerpt === undefined ? head : `${head}\n${problem.excerpt}`;
}

/** `root.steps[0].env["a b"]`; long keys and very deep paths are cut in the middle. */
export function formatPath(path: Path): string {
  const parts = path.map(part => {
    if (typeof part === 'number') return `[${part}]`;
    return /^[\w$-]{1,60}$/.test(part) ? `.${part}` : `[${quoteText(part)}]`;
  });
  if (parts.length > 16) parts.splice(6, parts.length - 12, '…');
  return `root${parts.join('')}`;
}

function showPath(finding: Finding): string {
  const isOnlyText = typeof finding.at === 'number' && finding.path.length === 0;
  return isOnlyText ? '' : formatPath(finding.path);
}

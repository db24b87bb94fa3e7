/** The workflow commands of GitHub Actions: lines by which a log is folded and annotated. */

/** What an annotation points at. */
export interface Annotated {
  readonly title: string;
  /** Relative to the repository. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** `::error file=plan.yaml,line=7,col=5,title=checks/unit::exit 1`. */
export function annotation(kind: 'error' | 'warning', { title, file, line, column }: Annotated, text: string): string {
  const properties = { file, line, col: column, title };
  const written = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${property(String(value))}`,
  );
  return `::${kind} ${written.join(',')}::${message(text)}`;
}

/** Opens a group of lines that is folded. */
export function openGroup(title: string): string {
  return `::group::${message(title)}`;
}

export const CLOSE_GROUP = '::endgroup::';

function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

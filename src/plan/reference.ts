/** How a plan is named: the path of its file, and one of its definitions behind a `#`. */

/** The name of a definition: it may become an id. */
export const DEFINITION_NAME = /^[a-z0-9_-]+$/;
export const DEFINITION_WORDS = 'the name of a definition is of a-z, 0-9, "_" and "-"';

export interface Reference {
  /** As written; absent: the file in which the reference stands. */
  readonly file?: string;
  /** The definition; absent: the plan itself. */
  readonly definition?: string;
}

/** `deploy.yaml`, `deploy.yaml#build`, `#build`. What follows a `#` and can be no name is part of the path. */
export function parseReference(text: string): Reference {
  const cut = text.lastIndexOf('#');
  const definition = text.slice(cut + 1);
  if (cut === -1 || !DEFINITION_NAME.test(definition)) return { file: text };
  return cut === 0 ? { definition } : { file: text.slice(0, cut), definition };
}

/** What people call it: `build` of `lib.yaml#build`, `deploy` of `ci/deploy.yaml`. */
export function nameOfReference(text: string): string {
  const { file = '', definition } = parseReference(text);
  return definition ?? file.replace(/^.*[\\/]/s, '').replace(/\.[^.]*$/, '');
}

/** Why a text can be no reference to what is known before anything starts. */
export function referenceFault(text: string): string | undefined {
  if (text.includes('${'))
    return 'a variable has no value yet when the plan is read; name the file, and give variables in env';
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return 'expected the path of a file on this machine; download it before';
  return undefined;
}

/** `actions/checkout@v4`. */
export function isAction(text: unknown): boolean {
  return typeof text === 'string' && /^[\w-]+\/[\w./-]+@[\w./-]+$/.test(text);
}

export const ACTION = 'actions of GitHub run on its runners only; write what it does as a "run"';

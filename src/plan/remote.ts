/** What a step says of the machines that may carry it out. */

/** The label of no worker: the root run itself. */
export const ROOT_LABEL = 'root';

/** The label of workers that are given none. */
export const DEFAULT_LABEL = 'default';

/** Whether a text is one, such as `gpu`. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

export const LABEL = /^[a-z0-9][a-z0-9_-]{0,49}$/;

/** Of a leaf step; without workers none of it is in force. */
export interface Remote {
  /** The label of the workers that may carry it out, own or inherited; absent: commands `default`, requests `root`. */
  readonly runsOn?: string;
  /** It may be carried out once more where nobody knows whether it was. */
  readonly idempotent?: true;
  /** Variables that the worker gives from its own environment; their values are in no message. */
  readonly envFromWorker?: readonly string[];
}

/** Where a leaf step is carried out when there are workers: the label of some, or {@link ROOT_LABEL}. */
export function labelOf(step: Remote & { readonly type: 'run' | 'http'; readonly interactive?: true }): string {
  if (step.interactive) return ROOT_LABEL;
  return step.runsOn ?? (step.type === 'run' ? DEFAULT_LABEL : ROOT_LABEL);
}

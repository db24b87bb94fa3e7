/** What an attempt brings forth that may be a secret whose value nobody knows yet, because the step is about to save it. */
import type { Failed, Failure } from '../events/outcome.ts';
import type { LeafStep, Save } from '../plan/plan.ts';
import { namesSaved } from '../plan/saved-names.ts';
import type { Learning } from './secret-values.ts';

export interface Hidden {
  /** The secret. */
  readonly name: string;
  /** Where it may stand: in standard output, which it comes from, or anywhere. */
  readonly stream: 'out' | 'any';
}

/** What is hidden of the output of a step that saves this. */
export function hiddenOf({ secretNames }: Learning, save: Save | undefined): Hidden | undefined {
  if (save === undefined || secretNames.length === 0) return undefined;
  const name = namesSaved(save).find(one => secretNames.includes(one) && isInOutput(save, one));
  return name === undefined ? undefined : { name, stream: save.type === 'file' ? 'any' : 'out' };
}

/** Headers and the status are no part of the output. */
function isInOutput(save: Save, name: string): boolean {
  return save.type !== 'parts' || save.parts[name]?.type === 'pointer';
}

/** What stands in the place of an answer, or of where it came from, that may hold the secret. */
const NOT_SHOWN = 'what of it is not shown, as a secret comes from it';

/** The failure of a request without the answer to it; of one that walks through pages, whose urls come from answers, without these as well. */
function withoutAnswer({ body: _, ...reason }: Extract<Failure, { type: 'http' }>, isWalking: boolean): Failure {
  if (isWalking) return { ...reason, message: `an answer is not as expected; ${NOT_SHOWN}` };
  if (reason.kind !== 'answer') return reason;
  const message = `${reason.message.replace(/(?:, but |: ).*/s, '')}, but not as expected; ${NOT_SHOWN}`;
  return { ...reason, message };
}

/** In failures to save: what may be quoted of the plan and of our own words, but not of the output. */
const OWN_QUOTES = ['save', 'saveTo: FILE'];

/** Of a request: whether it walks through pages. */
type Walking = { readonly paginate?: unknown };

/** The failure of an attempt without quotations of what may hold a secret. */
export function withoutQuotations(run: Learning, step: Pick<LeafStep, 'save'> & Walking, outcome: Failed): Failed {
  const { reason } = outcome;
  const { save, paginate } = step;
  if (reason.type === 'http' && namesSaved(save).some(name => run.secretNames.includes(name))) {
    return { ...outcome, reason: withoutAnswer(reason, paginate !== undefined) };
  }
  if (reason.type !== 'save' || hiddenOf(run, save) === undefined) return outcome;
  const pointers =
    save?.type === 'parts'
      ? Object.values(save.parts).flatMap(part => (part.type === 'pointer' ? part.pointer : []))
      : [];
  const known = [...OWN_QUOTES, ...namesSaved(save), ...pointers];
  const message = reason.message.replace(/"((?:[^"\\]|\\.)*)"/g, (quoted, text: string) =>
    known.includes(text) ? quoted : '"***"',
  );
  return { ...outcome, reason: { ...reason, message } };
}

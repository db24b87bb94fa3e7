/** What an attempt brings forth that may be a secret whose value nobody knows yet, because the step is about to save it. */
import type { Failed, Failure } from '../events/outcome.ts';
import type { Save } from '../plan/plan.ts';
import { type Learning, namesSaved } from './secret-values.ts';

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

/** The failure of a request without the answer to it. */
function withoutAnswer({ body: _, ...reason }: Extract<Failure, { type: 'http' }>): Failure {
  if (reason.kind !== 'answer') return reason;
  const message = `${reason.message.replace(/(?:, but |: ).*/s, '')}, but not as expected; what of it is not shown, as a secret comes from it`;
  return { ...reason, message };
}

/** In failures to save: what may be quoted of the plan and of our own words, but not of the output. */
const OWN_QUOTES = ['save', 'saveTo: FILE'];

/** The failure of an attempt without quotations of what may hold a secret. */
export function withoutQuotations(run: Learning, save: Save | undefined, outcome: Failed): Failed {
  const { reason } = outcome;
  if ((reason.type !== 'save' && reason.type !== 'http') || hiddenOf(run, save) === undefined) return outcome;
  if (reason.type === 'http') return { ...outcome, reason: withoutAnswer(reason) };
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

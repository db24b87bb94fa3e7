/** Warnings of needs that are never met, or waited for without end, as far as the file can tell. */
import { quoteText } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import { type FoundNeed, Siblings } from './siblings.ts';
import type { Finding, Path } from './source.ts';

/**
 * What is to be minded of the needs between the children of a gather. Values of a wrong type are passed over.
 * @param path that of the list. @param define the definitions of the file, which children may use.
 */
export function needWarnings(gather: Raw, list: readonly unknown[], path: Path, define: unknown): Finding[] {
  return new Siblings(list, path).found().flatMap(need => {
    const messages = [unendingFault(need), failureFault(need, gather, define)];
    return messages.flatMap(message =>
      message === undefined ? [] : [{ message, path: [...need.path.slice(0, -1), 'when'], at: 'value' as const }],
    );
  });
}

/** Why the need may be waited for without end: the sibling lives as long as others of the gather do. */
function unendingFault({ id, when, sibling }: FoundNeed): string | undefined {
  if ((when !== 'ended' && when !== 'failed') || sibling.background !== true || isSeenToEnd(sibling)) return undefined;
  const what = `this waits until ${quoteText(id)}, a background step, ends by itself, without end where it does not`;
  return `${what}; take background out of it where it does, or put this behind the gather`;
}

/** Why the failure of the sibling starts nothing: it ends the gather. */
function failureFault({ id, when, sibling }: FoundNeed, gather: Raw, define: unknown): string | undefined {
  if (isAllowedToFail(sibling, define)) return undefined;
  const quoted = quoteText(id);
  const allow = `allowFailure to true on ${quoted}`;
  if (sibling.background === true) {
    return when === 'failed'
      ? `this never starts: the failure of ${quoted}, a background step, cancels the gather; set ${allow}`
      : undefined;
  }
  if (gather.failFast === false || gather.tolerate !== undefined) return undefined;
  const remedy = `set failFast to false on the gather, or ${allow}`;
  if (when === 'failed') return `this never starts: the failure of ${quoted} lets nothing more start here; ${remedy}`;
  // What needs others itself may be skipped, which is an end without a failure.
  if (when !== 'ended' || sibling.needs !== undefined) return undefined;
  return `this starts only where ${quoted} does not fail, as a failure lets nothing more start here; ${remedy}`;
}

/** Whether the file says that the step comes to an end by itself. */
function isSeenToEnd({ timeout, every, sleep, http }: Raw): boolean {
  if (isRaw(timeout) ? timeout.attempt !== undefined || timeout.total !== undefined : timeout !== undefined)
    return true;
  if (every !== undefined) return isRaw(every) && ['times', 'for', 'until'].some(key => every[key] !== undefined);
  return http !== undefined || (sleep !== undefined && sleep !== 'forever');
}

/** Also what another file may say is taken for a permission. */
function isAllowedToFail({ allowFailure, use }: Raw, define: unknown): boolean {
  if (allowFailure === true) return true;
  if (typeof use !== 'string') return false;
  const used = use.startsWith('#') && isRaw(define) ? define[use.slice(1)] : undefined;
  return isRaw(used) ? used.allowFailure === true || used.use !== undefined : typeof used !== 'string';
}

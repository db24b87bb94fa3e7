/** Warnings of needs that are waited for without end, as far as the file can tell. */
import { quoteText } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import { type FoundNeed, Siblings } from './siblings.ts';
import type { Finding, Path } from './source.ts';

/**
 * What is to be minded of the needs between the children of a gather. Values of a wrong type are passed over.
 * @param path that of the list.
 */
export function needWarnings(list: readonly unknown[], path: Path): Finding[] {
  return new Siblings(list, path).found().flatMap(need => {
    const messages = [unendingFault(need)];
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

/** Whether the file says that the step comes to an end by itself. */
function isSeenToEnd({ timeout, every, sleep, http }: Raw): boolean {
  if (isRaw(timeout) ? timeout.attempt !== undefined || timeout.total !== undefined : timeout !== undefined)
    return true;
  if (every !== undefined) return isRaw(every) && ['times', 'for', 'until'].some(key => every[key] !== undefined);
  return http !== undefined || (sleep !== undefined && sleep !== 'forever');
}

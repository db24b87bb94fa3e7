/** Why a text is no regular expression, in the words of the engine that would run it. */

/** Undefined for one that is. */
export function patternFault(source: string, flags: string): string | undefined {
  try {
    new RegExp(source, flags);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('Invalid flags')) return `unknown flags "${flags}"`;
    return message.replace(/^Invalid regular expression: .*: /s, '');
  }
}

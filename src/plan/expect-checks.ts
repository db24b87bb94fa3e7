/** The rules of what an answer must be that are about more than the type of one value. */
import { keptNameFindings } from './kept-name.ts';
import { quoteText } from './quote.ts';
import { isRaw } from './raw.ts';
import type { Finding, Path } from './source.ts';
import { namesIn } from './variables.ts';

/** Checks the value of `expect`; what has a wrong type is passed over. */
export function expectFindings(expect: unknown, path: Path): Finding[] {
  if (!isRaw(expect)) return [];
  const found = [
    ...keptNameFindings(expect.headers, [...path, 'headers'], 'header'),
    ...keptNameFindings(expect.json, [...path, 'json'], 'pointer'),
    ...ruleFindings(expect.body, [...path, 'body']),
  ];
  for (const key of ['headers', 'json']) {
    const rules = expect[key];
    if (!isRaw(rules)) continue;
    for (const [name, rule] of Object.entries(rules)) {
      const at = [...path, key, name];
      if (key === 'json' && /~(?![01])/.test(name)) {
        const message = `a "~" in a JSON pointer is written "~0", a slash in a name "~1"; got ${quoteText(name)}`;
        found.push({ message, path: at, at: 'key' });
      }
      found.push(...ruleFindings(rule, at));
    }
  }
  return found;
}

function ruleFindings(rule: unknown, path: Path): Finding[] {
  if (!isRaw(rule)) return [];
  if (Object.keys(rule).length === 0) return [{ message: 'no rule: say what it must be', path, at: 'value' }];
  const fault = typeof rule.matches === 'string' ? patternFault(rule.matches) : undefined;
  if (fault === undefined) return [];
  return [{ message: `expected a regular expression: ${fault}`, path: [...path, 'matches'], at: 'value' }];
}

/** Why a text is no regular expression; of one with variables nothing is known. */
function patternFault(pattern: string): string | undefined {
  if (namesIn(pattern).length > 0) return undefined;
  try {
    new RegExp(pattern, 'um');
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: .*: /s, '');
  }
}

/** The rules of what an answer must be that are about more than the type of one value. */
import { isInexact } from './json-value.ts';
import { keptNameFindings } from './kept-name.ts';
import { EXPECT_FLAGS } from './pattern.ts';
import { patternFault } from './pattern-fault.ts';
import { quoteText } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';
import { namesIn } from './variables.ts';

/** Checks the value of `expect`; what has a wrong type is passed over. */
export function expectFindings(expect: unknown, path: Path): Finding[] {
  if (!isRaw(expect)) return [];
  const { headers, body, json, event } = expect;
  return [
    ...membersFindings(headers, [...path, 'headers'], 'header'),
    ...ruleFindings(body, [...path, 'body']),
    ...membersFindings(json, [...path, 'json'], 'pointer'),
    ...ruleFindings(event, [...path, 'event']),
    ...(isRaw(event) ? membersFindings(event.json, [...path, 'event', 'json'], 'pointer') : []),
    ...(event === undefined ? [] : streamFindings(expect, path)),
  ];
}

/** A stream that is left in its middle is nothing as a whole. */
function streamFindings(expect: Raw, path: Path): Finding[] {
  return ['body', 'json', 'sha256'].flatMap(key => {
    if (expect[key] === undefined) return [];
    const message = `${key} is about the whole body, and event leaves it in its middle; keep one of them`;
    return [{ message, path: [...path, key], at: 'key' as const }];
  });
}

function membersFindings(rules: unknown, path: Path, what: 'header' | 'pointer'): Finding[] {
  const found = keptNameFindings(rules, path, what);
  if (!isRaw(rules)) return found;
  for (const [name, rule] of Object.entries(rules)) {
    const at = [...path, name];
    if (what === 'pointer' && /~(?![01])/.test(name)) {
      const message = `a "~" in a JSON pointer is written "~0", a slash in a name "~1"; got ${quoteText(name)}`;
      found.push({ message, path: at, at: 'key' });
    }
    found.push(...ruleFindings(rule, at), ...(what === 'pointer' ? sizeFindings(rule, at) : []));
  }
  return found;
}

function ruleFindings(rule: unknown, path: Path): Finding[] {
  if (!isRaw(rule)) return [];
  if (Object.keys(rule).length === 0) return [{ message: 'no rule: say what it must be', path, at: 'value' }];
  const fault = typeof rule.matches === 'string' ? faultOf(rule.matches) : undefined;
  if (fault === undefined) return [];
  return [{ message: `expected a regular expression: ${fault}`, path: [...path, 'matches'], at: 'value' }];
}

/** Values that are to be equal, and are so large that others are read as the same number. */
function sizeFindings(rule: unknown, path: Path): Finding[] {
  if (!isRaw(rule)) return largeFindings(rule, path);
  return [
    ...['equals', 'includes'].flatMap(key => largeFindings(rule[key], [...path, key])),
    ...['gt', 'gte', 'lt', 'lte'].flatMap(key => boundFindings(rule[key], [...path, key])),
  ];
}

function boundFindings(bound: unknown, path: Path): Finding[] {
  if (typeof bound !== 'number' || !isInexact(bound)) return [];
  return [
    { message: `a number of this size cannot be told from its neighbours; keep it below 2^53`, path, at: 'value' },
  ];
}

function largeFindings(value: unknown, path: Path): Finding[] {
  if (typeof value === 'number' && isInexact(value)) {
    const message = `a number of this size cannot be told from its neighbours; write it as a text, in quotes`;
    return [{ message, path, at: 'value' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    largeFindings(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

/** Why a text is no regular expression; of one with variables nothing is known. */
function faultOf(pattern: string): string | undefined {
  return namesIn(pattern).length > 0 ? undefined : patternFault(pattern, EXPECT_FLAGS);
}

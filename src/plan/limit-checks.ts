/** The rules of `timeout` and `retry` that look at the body. */
import type { Finding, Path } from './source.ts';

type Values = { readonly [key: string]: unknown };

/** Clocks and failures that only commands and requests have. Values of a wrong type are passed over. */
export function limitFindings(step: Values, path: Path): Finding[] {
  const isLeaf = step.run !== undefined || step.http !== undefined;
  const findings: Finding[] = [];
  if (isObject(step.timeout)) {
    if (Object.keys(step.timeout).length === 0) {
      findings.push({
        message: 'no clock: add attempt, total, quiet or queue',
        path: [...path, 'timeout'],
        at: 'value',
      });
    }
    for (const clock of ['quiet', 'queue']) {
      if (isLeaf || step.timeout[clock] === undefined) continue;
      findings.push({
        message: `${clock} goes with run or http; take it out`,
        path: [...path, 'timeout', clock],
        at: 'key',
      });
    }
  }
  const on = isObject(step.retry) ? step.retry.on : undefined;
  for (const [index, kind] of (Array.isArray(on) ? on : []).entries()) {
    const message = misplaced(kind, step);
    if (message !== undefined) findings.push({ message, path: [...path, 'retry', 'on', index], at: 'value' });
  }
  return findings;
}

/** Which bodies have failures of a kind, where not all have. */
const KINDS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^stderr:/, ['run']],
  [/^(?:http:|network)/, ['http']],
  [/^start$/, ['run', 'http']],
];

/** Why a kind of failure cannot come of the step. */
function misplaced(kind: unknown, step: Values): string | undefined {
  if (typeof kind === 'number' && step.http !== undefined)
    return `${kind} is an exit code, and a request has none; take it out, or name a status: "http:503"`;
  if (typeof kind !== 'string') return undefined;
  const [, bodies = []] = KINDS.find(([pattern]) => pattern.test(kind)) ?? [];
  if (bodies.length === 0 || bodies.some(body => step[body] !== undefined)) return undefined;
  return `"${kind}" goes with ${bodies.join(' or ')}; take it out`;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

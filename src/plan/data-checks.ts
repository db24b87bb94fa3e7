/** The rules of one step about data: what it saves, needs, and calls its variables. */
import { forEachFindings, namesOfForEach } from './for-each-checks.ts';
import { ifValueFindings } from './if-names.ts';
import { keptNameFindings } from './kept-name.ts';
import { formatPath } from './problems.ts';
import { quoteText } from './quote.ts';
import { isRaw, type ListKey, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';

const OWN = 'RUNJOBS_';
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Checks the step at `path`, which stands in a list of that kind, or at the root. */
export function stepFindings(step: Raw, path: Path, list: ListKey | 'root'): Finding[] {
  const found: Finding[] = [];
  if (step.env !== undefined) found.push(...ownNames(step.env, [...path, 'env']));
  if (step.if !== undefined) found.push(...ifValueFindings(step.if, [...path, 'if']));
  if (step.save !== undefined) found.push(...saveFindings(step, [...path, 'save']));
  if (step.forEach !== undefined) found.push(...listFindings(step, path));
  if (step.tolerate !== undefined && step.failFast !== undefined) {
    const message = 'tolerate and failFast exclude each other; keep one';
    found.push({ message, path: [...path, 'tolerate'], at: 'key' });
  }
  if (step.needs !== undefined && list !== 'gather') {
    found.push({
      message: `needs stands on the children of a gather; ${ELSEWHERE[list]}`,
      path: [...path, 'needs'],
      at: 'key',
    });
  }
  if (step.background === true && list === 'any') {
    const message = 'a background step cannot win an any; take it out, or put it around the any';
    found.push({ message, path: [...path, 'background'], at: 'key' });
  }
  return found;
}

/** The names of a plan's inputs and secrets. */
export function rootFindings(root: Raw): Finding[] {
  const secrets = Array.isArray(root.secrets) ? root.secrets : [];
  return [
    ...inputNameFindings(root.inputs, ['inputs']),
    ...secrets.flatMap((name, index) => ownName(name, ['secrets', index], 'value')),
  ];
}

/** The names of declared inputs. */
export function inputNameFindings(inputs: unknown, path: Path): Finding[] {
  return [...keptNameFindings(inputs, path, 'variable'), ...ownNames(inputs, path)];
}

const ELSEWHERE: Readonly<Record<Exclude<ListKey, 'gather'> | 'root', string>> = {
  root: 'the plan itself has no siblings: take it out',
  steps: 'in steps each one waits for the one before: take it out',
  any: 'those of an any start at once: take it out',
  finally: 'in finally each one waits for the one before: take it out',
};

function saveFindings({ save, background, run, http, use }: Raw, path: Path): Finding[] {
  const found: Finding[] = [];
  if (background === true) {
    const message = 'nobody waits for a background step, so it cannot save; take it out, or let another step save';
    found.push({ message, path, at: 'key' });
  }
  if (typeof save === 'string') found.push(...ownName(save, path, 'value'));
  if (Array.isArray(save)) {
    // Of what a step uses, it says that nothing goes on.
    if (save.length === 0 && use === undefined)
      found.push({ message: 'expected at least one variable name, got an empty array', path, at: 'value' });
    if (http !== undefined) {
      const message =
        'a request writes no $RUNJOBS_OUTPUT; expected a name for the whole body, or an object such as {X: "/id"}';
      found.push({ message, path, at: 'value' });
    }
    const seen = new Set<unknown>();
    for (const [index, name] of save.entries()) {
      const at = [...path, index];
      found.push(...ownName(name, at, 'value'));
      const message = `${quoteText(String(name))} stands twice; keep one`;
      if (seen.has(name)) found.push({ message, path: at, at: 'value' });
      seen.add(name);
    }
  }
  if (!isRaw(save)) return found;
  if (Object.keys(save).length === 0)
    found.push({ message: 'expected at least one variable name, got an empty object', path, at: 'value' });
  found.push(...keptNameFindings(save, path, 'variable'), ...ownNames(save, path));
  for (const [name, part] of Object.entries(save)) {
    const message = use === undefined ? partFault(part, run !== undefined) : innerFault(part);
    if (message !== undefined) found.push({ message, path: [...path, name], at: 'value' });
  }
  return found;
}

/** What is wrong with the name of a variable that is saved inside of what a step uses. */
function innerFault(name: unknown): string | undefined {
  if (typeof name !== 'string' || VARIABLE.test(name)) return undefined;
  return `expected the name of a variable that is saved inside, got ${quoteText(name)}`;
}

/** What is wrong with the part of the output that a variable is to hold. */
function partFault(part: unknown, isOfCommand: boolean): string | undefined {
  if (typeof part !== 'string') return undefined;
  if (part !== 'status' && VARIABLE.test(part))
    return `expected a JSON pointer such as "/id", "header:etag" or "status", got ${quoteText(part)}`;
  if (isOfCommand && (part === 'status' || part.startsWith('header:')))
    return `a command has no ${part === 'status' ? 'status' : 'headers'}; expected a JSON pointer into its output such as "/id"`;
  if (part.startsWith('/') && /~(?![01])/.test(part))
    return `a "~" in a JSON pointer is written "~0", a slash in a name "~1"; got ${quoteText(part)}`;
  return undefined;
}

function listFindings({ forEach, env }: Raw, path: Path): Finding[] {
  const at = [...path, 'forEach'];
  const found = forEachFindings(forEach, at);
  const { names, partly } = namesOfForEach(forEach, at);
  const rows = Array.isArray(forEach) ? forEach.entries() : [[undefined, forEach] as const];
  for (const [index, row] of rows)
    if (isRaw(row)) found.push(...ownNames(row, index === undefined ? at : [...at, index]));
  if (!isRaw(env)) return found;
  for (const name of Object.keys(env)) {
    if (!names.has(name) && !partly.has(name)) continue;
    const message = `${formatPath(at)} sets "${name}", too, which this would hide; rename one`;
    found.push({ message, path: [...path, 'env', name], at: 'key' });
  }
  return found;
}

function ownNames(names: unknown, path: Path): Finding[] {
  return isRaw(names) ? Object.keys(names).flatMap(name => ownName(name, [...path, name], 'key')) : [];
}

function ownName(name: unknown, path: Path, at: 'key' | 'value'): Finding[] {
  if (typeof name !== 'string' || !name.startsWith(OWN)) return [];
  return [{ message: `names that begin with ${OWN} are those of runjobs; choose another`, path, at }];
}

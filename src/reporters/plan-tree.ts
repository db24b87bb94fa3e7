/** A plan as a tree of its steps: what `runjobs check` shows. */
import { type Condition, childrenOf, isLeaf, type Plan, type Step } from '../plan/plan.ts';
import { everyWords, formatLimit } from './durations.ts';
import { valueWords } from './items.ts';
import { needWords, toleranceWords } from './lists.ts';
import { commandWords, quoted, readyWords } from './steps.ts';
import { cleanse } from './text.ts';

/** The tree, one line a step: its id, what it does, its modifiers. Ends with a newline. */
export function formatTree(plan: Plan): string {
  const lines = [rootLine(plan)];
  addChildren(lines, plan.root, '');
  return `${lines.join('\n')}\n`;
}

function rootLine({ name, root, slots, isLibrary }: Plan): string {
  if (isLibrary) return `${cleanse(name)} · only definitions`;
  return [cleanse(name), ...bodyWords(root), ...modifierWords(root), ...(slots === 64 ? [] : [`slots ${slots}`])].join(
    ' · ',
  );
}

function addChildren(lines: string[], step: Step, indent: string): void {
  // The copies of a forEach stand in its line.
  const children = childrenOf(step.type === 'forEach' ? step.each : step).map(child => ({ child, label: child.id }));
  const lastly = (step.finally?.steps ?? []).map(child => ({ child, label: `finally/${child.id}` }));
  const all = [...children, ...lastly];
  for (const [index, { child, label }] of all.entries()) {
    const isLast = index === all.length - 1;
    const words = [label, ...bodyWords(child), ...modifierWords(child)].join(' · ');
    lines.push(`${indent}${isLast ? '└─ ' : '├─ '}${words}`);
    addChildren(lines, child, `${indent}${isLast ? '   ' : '│  '}`);
  }
}

/** What it uses, and what it does. */
function bodyWords(step: Step): string[] {
  const { from } = (step.type === 'forEach' ? (step.used ?? step.each.used) : step.used) ?? {};
  return [...(from === undefined ? [] : [`use ${cleanse(from)}`]), commandWords(step)];
}

/** The modifiers of a step, outermost first. */
function modifierWords(step: Step): string[] {
  const { every, needs = [], ready, retry, timeoutMs, limits } = step;
  const words: string[] = [];
  if (needs.length > 0) words.push(`needs ${needs.map(needWords).join(', ')}`);
  if (step.if !== undefined) words.push(`if ${conditionWords(step.if)}`);
  if (step.type === 'gather' || step.type === 'forEach') {
    if (step.limit !== undefined) words.push(`limit ${step.limit}`);
    if (step.failFast !== true) words.push(`failFast ${step.failFast}`);
    if (step.tolerate !== undefined) words.push(`tolerate ${toleranceWords(step.tolerate)}`);
  }
  if (step.background) words.push('background');
  if (ready !== undefined) words.push(readyWords(ready));
  if (step.type === 'run' && step.interactive) words.push('interactive');
  if (isLeaf(step) && step.runsOn !== undefined) words.push(`on ${cleanse(step.runsOn)}`);
  if (step.type === 'run' && step.launcher !== undefined)
    words.push(`launcher ${cleanse(step.launcher.map(quoted).join(' '))}`);
  if (step.allowFailure) words.push('allowFailure');
  if (every !== undefined) {
    const times = every.times === undefined ? '' : `, ${every.times} times`;
    const lasting = every.forMs === undefined ? '' : `, for ${formatLimit(every.forMs)}`;
    words.push(`${everyWords(every)}${times}${lasting}`);
  }
  if (retry !== undefined) words.push(`retry ${retry.times === Number.POSITIVE_INFINITY ? 'forever' : retry.times}`);
  if (timeoutMs !== undefined) words.push(`timeout ${formatLimit(timeoutMs)}`);
  for (const [clock, ms] of Object.entries(limits ?? {})) words.push(`${clock.replace(/Ms$/, '')} ${formatLimit(ms)}`);
  if (step.type === 'forEach') words.push(...modifierWords(step.each));
  return words;
}

/** `test -f Makefile`, `OS=linux, NODE=20 or 22`. */
function conditionWords(condition: Condition): string {
  switch (condition.type) {
    case 'test':
      return commandWords(condition.command);
    case 'equal':
      return Object.entries(condition.values)
        .map(([name, values]) => `${name}=${values.map(value => valueWords(value)).join(' or ')}`)
        .join(', ');
    default:
      return condition satisfies never;
  }
}

/** Where a step may have the terminal, and which of its other keys cannot work then. */
import type { PlanFile } from './plan-file.ts';
import type { PlanFiles, UsedStep } from './plan-files.ts';
import { isRaw, listsOf, type Raw, rootsOf, visitBelow } from './raw.ts';
import type { Finding, Path } from './source.ts';

const ONE = 'there is one terminal, and ';
const NOT_SEEN = 'what an interactive step prints goes to the terminal and is not seen by runjobs';

/** What is wrong with the interactive steps of one file. Values of a wrong type are passed over. */
export function interactiveFindings(plan: Raw): Finding[] {
  const findings: Finding[] = [];
  visitBeside(plan, (step, path, beside) => {
    // That it goes with run only is told with the other keys.
    if (step.interactive !== true || step.run === undefined) return;
    findings.push(...ownFindings(step, path));
    if (beside !== undefined) findings.push({ message: ONE + beside, path: [...path, 'interactive'], at: 'key' });
  });
  return findings;
}

/** Steps beside others that use what holds an interactive step. No `use` goes in a circle. */
export function interactiveUseFindings(files: PlanFiles): Finding[] {
  const known = new Map<unknown, boolean>();
  const holds = ({ step, file }: UsedStep): boolean => {
    const before = known.get(step);
    if (before !== undefined) return before;
    let isHeld = false;
    visitBelow(step, [], ({ interactive, use }) => {
      isHeld ||= interactive === true || isUsed(use, file);
    });
    known.set(step, isHeld);
    return isHeld;
  };
  const isUsed = (use: unknown, file: PlanFile): boolean => {
    const resolved = typeof use === 'string' ? files.resolve(use, file) : undefined;
    return resolved?.type === 'used' && holds(resolved.used);
  };
  return files.all.flatMap(file => {
    const findings: Finding[] = [];
    if (!isRaw(file.value)) return findings;
    visitBeside(file.value, (step, path, beside) => {
      if (beside === undefined || !isUsed(step.use, file)) return;
      const message = `what this uses is interactive, but ${ONE}${beside}`;
      findings.push({ message, path: [...path, 'use'], at: 'value', in: file });
    });
    return findings;
  });
}

/** Visits every step of a file, and is told what runs beside it, and what to do, in words. */
function visitBeside(plan: Raw, visit: (step: Raw, path: Path, beside: string | undefined) => void): void {
  const all = (step: Raw, path: Path, beside: string | undefined) => {
    const outside = step.background === true && path.length > 0 ? BESIDE.background : beside;
    const inside = step.forEach === undefined ? outside : BESIDE.forEach;
    visit(step, path, inside);
    for (const { key, list, path: at } of listsOf(step, path)) {
      const around = key === 'finally' ? outside : key === 'steps' ? inside : BESIDE[key];
      for (const [index, child] of list.entries()) if (isRaw(child)) all(child, [...at, index], around);
    }
  };
  for (const { step, path } of rootsOf(plan)) if (isRaw(step)) all(step, path, undefined);
}

const BESIDE = {
  gather: 'the steps of a gather run at once; put the interactive one before or after it',
  any: 'the steps of an any run at once; put the interactive one before or after it',
  forEach: 'the copies of a forEach run at once; put the interactive step before or after it',
  background: 'a background step runs beside others; put the interactive one before or after it',
} as const;

function ownFindings({ save, saveTo, stdin, timeout, retry }: Raw, path: Path): Finding[] {
  const found: Finding[] = [];
  const tell = (message: string, ...key: Path) => found.push({ message, path: [...path, ...key], at: 'key' });
  if (stdin !== undefined) tell('an interactive step reads from the terminal; take stdin out', 'stdin');
  if (saveTo !== undefined) tell(`${NOT_SEEN}; take saveTo out`, 'saveTo');
  if (typeof save === 'string' || isRaw(save)) {
    tell(`${NOT_SEEN}; save a list of names, which it writes to the file $RUNJOBS_OUTPUT`, 'save');
  }
  if (isRaw(timeout) && timeout.quiet !== undefined) tell(`${NOT_SEEN}; take quiet out`, 'timeout', 'quiet');
  for (const [index, on] of (isRaw(retry) && Array.isArray(retry.on) ? retry.on : []).entries()) {
    if (typeof on === 'string' && on.startsWith('stderr:')) tell(`${NOT_SEEN}; take "${on}" out`, 'retry', 'on', index);
  }
  return found;
}

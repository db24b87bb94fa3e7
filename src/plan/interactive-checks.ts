/** Where a step may have the terminal, and which of its other keys cannot work then. */
import { isRaw, listsOf, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';

const NOT_SEEN = 'what an interactive step prints goes to the terminal and is not seen by runjobs';

/** What is wrong with the interactive steps of a whole plan. Values of a wrong type are passed over. */
export function interactiveFindings(root: Raw): Finding[] {
  const findings: Finding[] = [];
  /** @param beside what runs beside a step here, and what to do, in words. */
  const visit = (step: Raw, path: Path, beside: string | undefined) => {
    const outside = step.background === true ? BESIDE.background : beside;
    const inside = step.forEach === undefined ? outside : BESIDE.forEach;
    if (step.interactive === true) findings.push(...ownFindings(step, path), ...crowdedFindings(inside, path));
    for (const { key, list, path: at } of listsOf(step, path)) {
      const around = key === 'finally' ? outside : key === 'steps' ? inside : BESIDE[key];
      for (const [index, child] of list.entries()) if (isRaw(child)) visit(child, [...at, index], around);
    }
  };
  visit(root, [], undefined);
  return findings;
}

const BESIDE = {
  gather: 'the steps of a gather run at once; put the interactive one before or after it',
  any: 'the steps of an any run at once; put the interactive one before or after it',
  forEach: 'the copies of a forEach run at once; put the interactive step before or after it',
  background: 'a background step runs beside others; put the interactive one before or after it',
} as const;

function crowdedFindings(beside: string | undefined, path: Path): Finding[] {
  if (beside === undefined) return [];
  return [{ message: `there is one terminal, and ${beside}`, path: [...path, 'interactive'], at: 'key' }];
}

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

/** When each step ran, as a Gantt chart in the language of Mermaid. */
import type { Outcome } from '../events/outcome.ts';
import { parentPath } from '../plan/paths.ts';
import type { Case } from './cases.ts';
import { itemWords } from './items.ts';
import { type Steps, tellingName } from './steps.ts';
import { mark } from './summary.ts';

/** Bars: a chart with more of them cannot be read. */
const BARS_MAX = 60;
const NAME_MAX = 60;
/** What Mermaid takes for something else than text. */
const SPECIAL = /[^\p{L}\p{N} ./[\]=_+-]/gu;

/** Its lines; none where fewer than two steps have run. @param startedAt of the run, in milliseconds since 1970. */
export function ganttOf(cases: readonly Case[], steps: Steps, startedAt: number): string[] {
  const ran = cases.filter(({ startT }) => startT !== undefined);
  if (ran.length < 2) return [];
  const longest = [...ran].sort((one, other) => other.durationMs - one.durationMs).slice(0, BARS_MAX);
  const shown = longest.sort((one, other) => (one.startT ?? 0) - (other.startT ?? 0));
  const groups = new Map<string, Case[]>();
  for (const one of shown) {
    const group = parentPath(one.step);
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  const sections = [...groups].flatMap(([group, bars]) => [
    `  section ${plain(steps.label(group))}`,
    ...bars.map(one => bar(one, steps, startedAt)),
  ]);
  return ['gantt', '  dateFormat x', '  axisFormat %H:%M:%S', ...sections];
}

/** `  ✔ unit :done, 1795335229120, 1795335230120`: the glyph keeps a name from being one of Mermaid's words. */
function bar({ step, item, outcome, startT = 0, durationMs }: Case, steps: Steps, startedAt: number): string {
  const from = Math.round(startedAt + startT);
  const name = step.slice(step.lastIndexOf('/') + 1);
  const words = plain(item === undefined ? tellingName(name, steps.at(step)) : `${name} ${itemWords(item)}`);
  return `  ${mark(outcome)} ${words} :${tag(outcome)}${from}, ${from + Math.max(1, Math.round(durationMs))}`;
}

function tag(outcome: Outcome): string {
  if (outcome.state === 'succeeded') return 'done, ';
  return outcome.state === 'failed' && !outcome.allowed ? 'crit, ' : '';
}

function plain(text: string): string {
  return text.replace(SPECIAL, ' ').slice(0, NAME_MAX).trim() || 'step';
}

/** What the live view says in lines that stay above it, as no row of its own would show it: warnings, and that a run goes on. */
import type { RunEvent } from '../events/event.ts';
import { glyphs, type Palette } from './palette.ts';
import type { Steps } from './steps.ts';
import { oneLine, resumedWords } from './wording.ts';

/** Warnings between two frames; more are counted. */
const WARNINGS_MAX = 20;

export interface Above {
  /** Takes in what an event has to say there. */
  take(event: RunEvent): void;
  /** Says something besides. */
  say(line: string): void;
  /** What was not said yet; it is said once. */
  lines(): string[];
}

export function createAbove({ label }: Pick<Steps, 'label'>, palette: Palette): Above {
  let waiting: string[] = [];
  let warnings = 0;
  const warn = (words: string) => `${palette.warn(glyphs.warning)} ${words}`;
  return {
    take(event) {
      if (event.type === 'run.started' && event.resumed !== undefined)
        waiting.push(`${palette.warn(glyphs.resumed)} ${resumedWords(event.run, event.resumed)}`);
      if (event.type !== 'warning') return;
      warnings += 1;
      const { step, message } = event;
      if (warnings <= WARNINGS_MAX)
        waiting.push(warn(`${step === undefined ? '' : `${label(step)}: `}${oneLine(message)}`));
    },
    say(line) {
      waiting.push(warn(line));
    },
    lines() {
      const more = warnings - WARNINGS_MAX;
      const lines = more > 0 ? [...waiting, warn(`${more} more warnings`)] : waiting;
      waiting = [];
      warnings = 0;
      return lines;
    },
  };
}

/** For GitLab CI: what a step prints is a section of the log with its own duration, collapsed where the step passed. */

import type { Block } from './blocks.ts';
import { ciLine } from './ci-line.ts';
import { createGrouping, type GroupingOptions } from './grouping.ts';
import { glyphs } from './palette.ts';
import type { Reporter } from './reporter.ts';

/** The only escape bytes are those that GitLab knows a section by. */
const CLEAR = '\x1b[0K';

export function createGitlab(options: GroupingOptions): Reporter {
  let startedAt = 0;
  /** One job may have several runs, and GitLab folds all sections of one name together. */
  let prefix = 'step';
  let count = 0;

  const seconds = (t: number) => Math.floor((startedAt + t) / 1000);

  const block = ({ label, head, lines, about, outcome, from, to }: Block): string[] => {
    count += 1;
    const name = `${prefix}_${count}`;
    const hasPassed = outcome?.state === 'succeeded';
    const [first = `${glyphs.succeeded} ${label}`, ...rest] = about;
    const title = hasPassed ? first : (head.at(-1) ?? `${glyphs.started} ${label}`);
    return [
      ...(hasPassed ? [] : head.slice(0, -1)),
      `${CLEAR}section_start:${seconds(from)}:${name}${hasPassed ? '[collapsed=true]' : ''}\r${CLEAR}${title}`,
      ...lines.map(ciLine),
      `${CLEAR}section_end:${seconds(to)}:${name}\r${CLEAR}`,
      ...(hasPassed ? rest : about),
    ];
  };

  const grouping = createGrouping(options, { name: 'gitlab', line: ciLine, block });
  return {
    ...grouping,
    report(event) {
      if (event.type === 'run.started') {
        startedAt = Date.parse(event.at) || 0;
        prefix = event.run.replace(/[^\w.-]/g, '_');
      }
      return grouping.report(event);
    },
  };
}

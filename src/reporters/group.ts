/** For logs of steps that run at once: what a step prints stands below its name, and above how it ended. */
import { createGrouping, type GroupingOptions } from './grouping.ts';
import type { Reporter } from './reporter.ts';

/** A line of a child begins with two spaces and a bar: it can pass for none of ours. */
const childLine = (line: string) => `  │ ${line}`;

export function createGroup(options: GroupingOptions): Reporter {
  return createGrouping(options, {
    name: 'group',
    line: childLine,
    block: ({ head, lines, about }) => [...head, ...lines.map(childLine), ...about],
  });
}

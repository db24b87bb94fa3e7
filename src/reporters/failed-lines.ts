/** The lines that tell most of a failed step: how the body of an unexpected answer begins, else the last that it has printed. */
import type { FailedStep } from '../events/progress.ts';

/** Of the body of an answer so many lines are shown. */
const BODY_LINES_MAX = 20;

/** As they came, not yet fit for a terminal. */
export function failedLines({ outcome: { reason }, tail }: FailedStep): readonly string[] {
  if (reason.type !== 'http' || reason.body === undefined) return tail;
  const lines = reason.body.trimEnd().split('\n');
  return lines.length > BODY_LINES_MAX ? [...lines.slice(0, BODY_LINES_MAX), '…'] : lines;
}

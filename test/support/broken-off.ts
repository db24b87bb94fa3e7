/** Runs that are broken off behind an event, and resumed. */
import type { RunEvent } from '../../src/events/event.ts';
import type { Step } from '../../src/plan/plan.ts';
import { type SimulateOptions, type Simulation, simulate } from './simulate.ts';

/** The events up to, and with, the first that the predicate holds for: what a crash in that moment has left. */
export function upTo(run: Simulation, holds: (event: RunEvent) => boolean): RunEvent[] {
  const index = run.events.findIndex(holds);
  if (index === -1) throw new Error(`no such event among\n${run.lines.join('\n')}`);
  return run.events.slice(0, index + 1);
}

export const started =
  (step: string, { tick, attempt = 1 }: { tick?: number; attempt?: number } = {}) =>
  (event: RunEvent) =>
    event.type === 'step.started' && event.step === step && event.attempt === attempt && event.tick === tick;
export const finished = (step: string) => (event: RunEvent) => event.type === 'step.finished' && event.step === step;

/** Runs the tree, breaks it off behind that event, resumes it; `executed` are the leaves that the second run carried out. */
export async function broken(root: Step, at: (event: RunEvent) => boolean, options: SimulateOptions = {}) {
  const first = await simulate(root, options);
  return again(root, upTo(first, at), options);
}

export async function again(root: Step, journal: readonly RunEvent[], options: SimulateOptions = {}) {
  const executed: string[] = [];
  const run = await simulate(root, {
    ...options,
    resume: journal,
    onExecute: ({ path, attempt }) => executed.push(attempt === 1 ? path : `${path}#${attempt}`),
  });
  return { ...run, executed };
}

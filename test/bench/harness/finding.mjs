// What a measurement comes to: a table of medians, and the goals with whether they are met.
import { median, quantile, ratio } from './rounds.mjs';

/**
 * A table: for each contestant the median of the figure, its spread (quartiles), the ratio to `reference`, that of processor
 * time, and what else is asked for.
 * @param figure takes the figure from a sample. @param also more columns: `{heading: sample => figure}`
 */
export function table(title, samples, { figure, unit, reference, also = {}, goals = [] }) {
  const rows = [...samples].map(([name, runs]) => {
    const figures = runs.map(figure);
    return {
      name,
      median: median(figures),
      low: quantile(figures, 0.25),
      high: quantile(figures, 0.75),
      ...(reference === undefined ? {} : { ratio: ratio(samples, name, reference, figure) }),
      ...(reference === undefined ? {} : { cpuRatio: cpuRatio(runs, samples.get(reference)) }),
      also: Object.fromEntries(Object.entries(also).map(([heading, of]) => [heading, median(runs.map(of))])),
    };
  });
  return { title, unit, reference, rows, goals: goals.filter(goal => goal !== undefined) };
}

/** How many times the processor time: of all rounds together, as the system tells it to the nearest 10 ms only. */
function cpuRatio(runs, others) {
  const sum = of => of.reduce((total, { cpuMs }) => total + cpuMs, 0);
  return sum(runs) / sum(others);
}

/** At most so much. Undefined (no goal) where there is no value, as a peer is missing. */
export const atMost = (says, limit, value) => goal(says, value, value <= limit);

/** At least so much. */
export const atLeast = (says, limit, value) => goal(says, value, value >= limit);

function goal(says, value, isMet) {
  return value === undefined || Number.isNaN(value) ? undefined : { says, value, isMet };
}

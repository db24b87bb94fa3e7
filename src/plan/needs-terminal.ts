/** Why a plan with interactive steps cannot run without a terminal, in words. */

const NEEDS = 'a terminal as standard input, and as standard output or error; run it in one';

/** @param steps the paths of the interactive steps, one at least. */
export function needsTerminal(steps: readonly string[]): string {
  const [first, ...more] = steps;
  if (first === '.') return `the plan is interactive and needs ${NEEDS}`;
  const named = steps.map(path => `"${path}"`).join(', ');
  const who =
    more.length === 0 ? `the step ${named} is interactive and needs` : `the steps ${named} are interactive and need`;
  // Those of a finally have no path on the command line.
  const skipped = steps.filter(path => !/(^|\/)finally\//.test(path));
  if (skipped.length < steps.length) return `${who} ${NEEDS}`;
  return `${who} ${NEEDS}, or leave ${more.length === 0 ? 'it' : 'them'} out: ${skipped.map(path => `--skip ${path}`).join(' ')}`;
}

/** `runjobs check`: everything that is wrong with a plan, or the tree of its steps. Starts nothing. */
import { formatProblems } from '../../plan/problems.ts';
import { formatInputs } from '../../reporters/plan-inputs.ts';
import { formatTree } from '../../reporters/plan-tree.ts';
import { EXIT } from '../exit.ts';
import { loadGivenPlan } from '../plan-source.ts';
import type { GivenFlags } from '../requests.ts';
import { openStreams } from '../streams.ts';

/**
 * Checks the plan, and what is given to it: its tree and its inputs go to standard output, problems and warnings to standard
 * error. Inputs without a value are no problem here. Resolves to the exit code.
 */
export async function checkCommand(source: string, flags: GivenFlags): Promise<number> {
  const streams = openStreams();
  const loaded = await loadGivenPlan(source, flags, { isRun: false });
  if (loaded.type === 'wrong') void streams.stderr.write(loaded.words);
  else {
    if (loaded.warnings.length > 0) void streams.stderr.write(`${formatProblems(loaded.warnings)}\n\n`);
    const inputs = formatInputs(loaded.plan);
    void streams.stdout.write(formatTree(loaded.plan) + (inputs === '' ? '' : `\n${inputs}`));
  }
  await streams.flush();
  if (loaded.type === 'wrong') return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

/** `runjobs check`: everything that is wrong with a plan, or the tree of its steps. Starts nothing. */
import { formatProblems } from '../../plan/problems.ts';
import { formatTree } from '../../reporters/plan-tree.ts';
import { EXIT } from '../exit.ts';
import { explainRejection, loadNamedPlan } from '../plan-source.ts';
import { openStreams } from '../streams.ts';

/** Checks the plan: its tree goes to standard output, problems and warnings to standard error. Resolves to the exit code. */
export async function checkCommand(source: string): Promise<number> {
  const streams = openStreams();
  const loaded = await loadNamedPlan(source);
  if (loaded.type === 'rejected') void streams.stderr.write(explainRejection(source, loaded));
  else {
    if (loaded.warnings.length > 0) void streams.stderr.write(`${formatProblems(loaded.warnings)}\n\n`);
    void streams.stdout.write(formatTree(loaded.plan));
  }
  await streams.flush();
  if (loaded.type === 'rejected') return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

/** `runjobs check`: everything that is wrong with a plan, or the tree of its steps. Starts nothing. */
import { formatProblems } from '../../plan/problems.ts';
import { formatTree } from '../../reporters/plan-tree.ts';
import { EXIT } from '../exit.ts';
import type { CheckFlags } from '../options.ts';
import { explainRejection, loadNamedPlan } from '../plan-source.ts';
import { createSink } from '../sink.ts';

/** Checks the plan: its tree goes to standard output, problems and warnings to standard error. Resolves to the exit code. */
export async function checkCommand(source: string, _flags: CheckFlags): Promise<number> {
  const [out, err] = [createSink(process.stdout), createSink(process.stderr)];
  const loaded = await loadNamedPlan(source);
  if (loaded.type === 'rejected') {
    void err.write(explainRejection(source, loaded));
    await err.flush();
    return EXIT.usage;
  }
  if (loaded.warnings.length > 0) void err.write(`${formatProblems(loaded.warnings)}\n\n`);
  void out.write(formatTree(loaded.plan));
  await Promise.all([out.flush(), err.flush()]);
  return EXIT.ok;
}

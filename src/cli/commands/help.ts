/** `runjobs <plan> --help`: the help of the command line, and the definitions and inputs of the plan. */
import { formatDefinitions } from '../../reporters/plan-definitions.ts';
import { formatInputs } from '../../reporters/plan-inputs.ts';
import { EXIT } from '../exit.ts';
import { explainRejection, loadNamedPlan } from '../plan-source.ts';
import { openStreams } from '../streams.ts';

/** Prints the words, then the inputs; what is wrong with the plan goes to standard error. Resolves to the exit code. */
export async function helpCommand(source: string, words: string): Promise<number> {
  const streams = openStreams();
  void streams.stdout.write(words);
  const env = process.env as Record<string, string>;
  const loaded = await loadNamedPlan(source, { set: {}, files: [], env, isPartial: true });
  if (loaded.type === 'rejected') void streams.stderr.write(explainRejection(source, loaded));
  else {
    for (const block of [formatDefinitions(loaded.plan), formatInputs(loaded.plan)])
      if (block !== '') void streams.stdout.write(`\n${block}`);
  }
  await streams.flush();
  if (loaded.type === 'rejected') return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

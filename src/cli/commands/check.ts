/** `runjobs check`: everything that is wrong with a plan, or the tree of its steps. Starts nothing. */
import { nextTimes } from '../../plan/cron.ts';
import { childPath, childrenOf, type Plan, type Step } from '../../plan/plan.ts';
import { formatProblems } from '../../plan/problems.ts';
import { formatDefinitions } from '../../reporters/plan-definitions.ts';
import { formatInputs } from '../../reporters/plan-inputs.ts';
import { formatTimes, type StepTimes } from '../../reporters/plan-times.ts';
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
    const definitions = formatDefinitions(loaded.plan);
    const blocks = [formatTree(loaded.plan), definitions, inputs, formatTimes(timesOf(loaded.plan, Date.now()))];
    void streams.stdout.write(blocks.filter(block => block !== '').join('\n'));
  }
  await streams.flush();
  if (loaded.type === 'wrong') return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

const SHOWN = 3;

/** The next times of the schedules of the plan, and of its definitions, then those of its steps. */
function timesOf({ root, schedule = [], definition, definitions = {} }: Plan, now: number): StepTimes[] {
  const others = definition === undefined ? Object.entries(definitions) : [];
  const schedules = [
    ...schedule.map(every => ({ path: 'schedule', every })),
    ...others.flatMap(([name, defined]) => (defined.schedule ?? []).map(every => ({ path: `#${name}`, every }))),
  ];
  return [
    ...schedules.map(({ path, every }) => ({ path, every, times: nextTimes(every, now, SHOWN) })),
    ...timesIn(root, now),
  ];
}

/** The next ticks of the step, and of those in it, that go by a cron pattern which is known by now. */
function timesIn(step: Step, now: number, path = '.'): StepTimes[] {
  const { every, finally: block } = step;
  const below = [
    ...(step.type === 'forEach' ? [{ child: step.each, at: path }] : []),
    ...childrenOf(step).map(child => ({ child, at: childPath(path, child.id) })),
    ...(block?.steps ?? []).map(child => ({ child, at: childPath(childPath(path, 'finally'), child.id) })),
  ];
  const inside = below.flatMap(({ child, at }) => timesIn(child, now, at));
  if (every === undefined || !('cron' in every) || /\$\{/.test(every.cron + (every.timezone ?? ''))) return inside;
  return [{ path, every, times: nextTimes(every, now, SHOWN) }, ...inside];
}

/** `runjobs resume [run]`: goes on with a run that was broken off, or that has failed. */
import { existsSync } from 'node:fs';
import { interactiveAhead } from '../../engine/interactive.ts';
import { queueOfRun } from '../../executors/queue/dispatches.ts';
import { isSameQueue, nameOf, type QueueName, queueOptions } from '../../executors/queue/name.ts';
import { overridden } from '../../journal/plan-copy.ts';
import { type ReopenedRun, type Reopening, reopenRun } from '../../journal/resume.ts';
import type { Given, GivenOptions } from '../../plan/given.ts';
import { missingInputs } from '../../plan/inputs.ts';
import type { Plan } from '../../plan/plan.ts';
import { listed, quote } from '../../plan/quote.ts';
import { changedSteps } from '../../plan/same.ts';
import { whyUnwritable } from '../../plan/unwritable.ts';
import { resumeWords } from '../../reporters/again.ts';
import { claimRootRun, type GivenToRun, resumeRootRun } from '../../root-run.ts';
import { conduct, refuse } from '../conduct.ts';
import { EXIT } from '../exit.ts';
import { planOfRun } from '../moved-plan.ts';
import { nameRun } from '../named-run.ts';
import {
  explainInputs,
  explainRejection,
  exposedWords,
  givenToRun,
  loadNamedPlan,
  readAround,
} from '../plan-source.ts';
import { type QueueNamed, queueNamed, queueWords, withoutQueueSecrets } from '../queue-place.ts';
import { isQuiet } from '../reporting.ts';
import type { ResumeFlags } from '../requests.ts';
import { selectionTrouble } from '../selection.ts';
import { openStreams, type Streams } from '../streams.ts';
import { overridesOf } from './run.ts';

/** So many changed steps are named. */
const NAMED = 5;

/** Goes on with the run, and ends the process with its exit code. */
export async function resumeCommand(name: string, flags: ResumeFlags): Promise<void> {
  const streams = openStreams();
  const named = nameRun(name, flags);
  if (named.type === 'unknown') return refuse(streams, EXIT.usage, named.words);
  const { folder } = named.run;
  let reopening: Reopening;
  try {
    reopening = await reopenRun(folder, flags);
  } catch (error) {
    return refuse(
      streams,
      EXIT.notWritable,
      `runjobs: "${folder}" cannot be written: ${whyUnwritable(error)}; see to that, and resume it again\n`,
    );
  }
  switch (reopening.type) {
    case 'reopened':
      return goOn(reopening.run, flags, streams);
    case 'succeeded':
      return refuse(streams, EXIT.ok, `runjobs: ${reopening.id} has succeeded: there is nothing to resume\n`);
    case 'alive': {
      const { run, pid, host } = reopening.by;
      const where = reopening.sure
        ? `in process ${pid}`
        : `perhaps, in process ${pid} of "${host}", which cannot be seen from here`;
      const words = `${run} is alive, ${where}; nothing was started. Stop it with "runjobs stop ${run}"`;
      return refuse(streams, EXIT.held, `runjobs: ${words}\n`);
    }
    case 'wrong':
      return refuse(streams, EXIT.usage, `runjobs: ${reopening.message}\n`);
    default:
      return reopening satisfies never;
  }
}

async function goOn(run: ReopenedRun, flags: ResumeFlags, streams: Streams): Promise<void> {
  const queue = queueNamed(flags);
  const wrong = queue.type === 'wrong' ? queue.words : otherQueue(run, queue);
  if (wrong !== undefined) {
    run.owner.release();
    return refuse(streams, EXIT.usage, wrong);
  }
  const { file, words: moved } = planOfRun(run);
  const found = await planOf(run, file, flags);
  if ('wrong' in found) {
    run.owner.release();
    return refuse(streams, EXIT.usage, found.wrong);
  }
  const { plan, changed, given } = found;
  const trouble = selectionTrouble(plan, run.copy.overrides.selection);
  if (trouble !== undefined) {
    run.owner.release();
    return refuse(streams, EXIT.usage, trouble);
  }
  if (!isQuiet(flags))
    void streams.stderr.write(
      moved + exposedWords(plan, flags) + otherFiles(run, flags) + otherValues(run, plan, flags),
    );
  const overrides = { ...run.copy.overrides, ...overridesOf(flags) };
  const asRun = overridden(plan, overrides);
  // What it will start again is to be known now.
  run.past.forget(changed);
  const claim = claimRootRun(plan.name);
  claim.run.id = run.id;
  await conduct({
    ...flags,
    streams,
    claim,
    plan: asRun,
    interactive: interactiveAhead(asRun.root, run.past.root),
    given,
    queueWords: queueWords(flags),
    overrides,
    abandon: run.owner.release,
    open(opening) {
      const env = withoutQueueSecrets(process.env) as Record<string, string>;
      return resumeRootRun(run, {
        ...opening,
        env,
        given,
        durable: flags.durable ?? false,
        queue: queue.type === 'named' ? queue.place : undefined,
        plan,
        overrides,
        claim,
        changed,
      });
    },
  });
}

/** The values that are others from here on, for what is taken over was done with those before; not those of secrets. */
function otherValues({ copy }: ReopenedRun, { inputs, secrets }: Plan, { set = {} }: ResumeFlags): string {
  const lines = Object.entries(set).flatMap(([name, value]) => {
    const before = copy.given.set[name] ?? inputs[name]?.default;
    if (before === undefined || before === value || secrets.includes(name)) return [];
    return [`runjobs: ${name} is ${quote(value)} from here on; what is taken over was done with ${quote(before)}\n`];
  });
  return lines.join('');
}

/** The files of variables that the run was given, and that are not there any more. */
function goneFiles({ copy }: ReopenedRun): string[] {
  return copy.given.envFiles.filter(path => !existsSync(path));
}

/** What stands in the place of files that are gone. */
function otherFiles(run: ReopenedRun, { envFile }: ResumeFlags): string {
  const named = listed(envFile.map(quote), 'and');
  const verb = envFile.length === 1 ? 'stands' : 'stand';
  return goneFiles(run)
    .map(path => `runjobs: ${path} is not there any more; ${named} ${verb} in its place\n`)
    .join('');
}

/** Workers may have steps of it: without the queue that they are in they would be done a second time. */
function otherQueue({ id, folder }: ReopenedRun, named: Exclude<QueueNamed, { type: 'wrong' }>): string | undefined {
  let queue: QueueName | undefined;
  try {
    queue = queueOfRun(folder);
  } catch (error) {
    return `runjobs: ${(error as Error).message}; nothing was started\n`;
  }
  if (queue === undefined || (named.type === 'named' && isSameQueue(nameOf(named.place), queue))) return undefined;
  return `runjobs: workers carry out the steps of ${id}; nothing was started. Go on with: ${resumeWords(id, queueOptions(queue))}\n`;
}

/** A plan to go on with, or why it cannot be. */
type Found =
  | { readonly plan: Plan; readonly changed: readonly string[]; readonly given: GivenToRun }
  | { readonly wrong: string };

/** The plan as its file is now, and the steps that are others than when the run began; or why it does not go on. */
async function planOf(run: ReopenedRun, file: string | undefined, flags: ResumeFlags): Promise<Found> {
  const { id, copy } = run;
  const gone = goneFiles(run);
  const options: GivenOptions = {
    set: { ...copy.given.set, ...flags.set },
    // Others stand in the place of those that are gone.
    envFile: [
      ...copy.given.envFiles.filter(path => flags.envFile.length === 0 || !gone.includes(path)),
      ...flags.envFile,
    ],
  };
  const read = await readAround(options);
  if (read.type === 'wrong') {
    const isGone = gone.length > 0 && flags.envFile.length === 0;
    const next = `Put it back, or give another one in its place: runjobs resume ${id} --env-file <file>\n`;
    return { wrong: read.words + (isGone ? next : '') };
  }
  const { given } = read;
  if (file === undefined || (flags.force && !existsSync(file))) return withInputs(copy.plan, [], given, options);
  if (!existsSync(file)) {
    const what = `the plan of ${id} is not there any more: ${file}; nothing was started`;
    const next = `Put it back, or go on with the copy that the run has kept: runjobs resume ${id} --force`;
    return { wrong: `runjobs: ${what}.\n${next}\n` };
  }
  const { definition } = copy.plan;
  const loaded = await loadNamedPlan(definition === undefined ? file : `${file}#${definition}`, given);
  if (loaded.type === 'rejected') return { wrong: explainRejection(file, loaded) };
  const changed = changedSteps(copy.plan.root, loaded.plan.root);
  if (changed.length === 0 || flags.force) return withInputs(loaded.plan, changed, given, options);
  const named = changed.slice(0, NAMED).map(path => `"${path}"`);
  const more = changed.length > named.length ? ` and ${changed.length - named.length} more` : '';
  return {
    wrong:
      `runjobs: ${file} has changed since ${id} began: ${named.join(', ')}${more}; nothing was started.\n` +
      `"runjobs resume ${id} --force" takes over the steps that are unchanged; "runjobs ${file}" starts anew.\n`,
  };
}

/** The plan with its inputs, unless a value is missing or wrong; those of secrets are given again. */
function withInputs(plan: Plan, changed: readonly string[], given: Given, options: GivenOptions): Found {
  const words = explainInputs(plan, given, { source: plan.file ?? '-', isRun: true });
  if (words === undefined) return { plan, changed, given: givenToRun(plan, given, options) };
  const secrets = missingInputs(plan, given).filter(name => plan.secrets.includes(name));
  const again = `The values of secrets are not kept with a run: give ${listed(secrets, 'and')} again.\n`;
  return { wrong: words + (secrets.length === 0 ? '' : again) };
}

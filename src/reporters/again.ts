/** The commands that go on with a run, or run only some steps of its plan again. */
import { nearer } from '../plan/nearer.ts';
import { parentPath, visitSteps } from '../plan/paths.ts';
import { isAtOrBelow, isLeaf, type Plan, type Step } from '../plan/plan.ts';
import { namesSaved } from '../plan/saved-names.ts';
import { selectable } from './selectable.ts';
import { quoted } from './steps.ts';
import { cleanse } from './text.ts';

/** What stands in the place of a secret. */
const MASK = '***';
/** With more steps it would be easier to go on with the run. */
const STEPS_MAX = 5;

/** What the run was given on the command line, but secrets. */
export interface AgainGiven {
  readonly set: Readonly<Record<string, string>>;
  /** Absolute paths. */
  readonly envFiles: readonly string[];
  /** The options that stand in the place of what the plan says, and change how its steps run: `--timeout 10m`. */
  readonly instead?: readonly string[];
  /** The options that name the queue which it was given. */
  readonly queue?: readonly string[];
}

export interface Again {
  /** The command that goes on with the run of this id. */
  resume(run: string): string;
  /** The command for these steps only; undefined where there is none. */
  only(steps: readonly string[]): string | undefined;
}

/** The command that goes on with a run. @param queue the options that name its queue. */
export function resumeWords(run: string, queue: readonly string[] = []): string {
  return ['runjobs', 'resume', run, ...queue.map(quoted)].join(' ');
}

/**
 * `runjobs resume 20261122-081349-7f3a91c4` and `runjobs release.yaml --only checks/unit`, with what the plan was given; of a copy of a forEach, by its number, see {@link selectable}.
 * There is none of the latter for a plan without a file, for steps of a `finally`, which run only with what they tidy up after, and where
 * the steps need what would be left out.
 * @param cwd paths below it are written relative to it.
 */
export function againOf(plan: Plan, given: AgainGiven = { set: {}, envFiles: [] }, cwd?: string): Again {
  return {
    resume: run => resumeWords(run, given.queue),
    only: onlyOf(plan, given, cwd),
  };
}

function onlyOf({ file, definition, root }: Plan, given: AgainGiven, cwd: string | undefined): Again['only'] {
  if (file === undefined) return () => undefined;
  const near = (path: string) => (cwd === undefined ? path : nearer(path, cwd));
  const path = near(file).replace(/^(?=-)/, './');
  const source = definition === undefined ? path : `${path}#${definition}`;
  const isMasked = Object.values(given.set).some(value => value.includes(MASK));
  const options = [
    ...Object.entries(given.set).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...given.envFiles.flatMap(path => ['--env-file', near(path)]),
    ...(given.instead ?? []),
    ...(given.queue ?? []),
  ];
  return steps => {
    // Steps of a finally run again with what they tidy up after, and a group with all that is in it.
    const all = selectable(steps);
    const paths = all.filter(path => !all.some(group => group !== path && isAtOrBelow(path, group)));
    if (paths.length === 0 || paths.length > STEPS_MAX || needsOthers(root, paths)) return undefined;
    const only = paths.includes('.') ? [] : paths.flatMap(path => ['--only', path]);
    const command = ['runjobs', ...[source, ...options, ...only].map(quoted)].join(' ');
    // What cannot be shown as it is cannot be copied either.
    return cleanse(command) === command && !isMasked ? command : undefined;
  };
}

/**
 * Whether the steps would not do alone what they did: one has a sibling in the background, speaks of the folder that the run
 * had, or of a variable that only a step saves which is not among them, or in them.
 */
function needsOthers(root: Step, chosen: readonly string[]): boolean {
  if (chosen.includes('.')) return false;
  const paths = chosen.map(path => path.replace(/\[[^\]]*\]/g, '[]'));
  const [own, others] = [new Set<string>(), new Set<string>()];
  const spoken: string[] = [];
  let isBeside = false;
  visitSteps(root, (step, template) => {
    const isChosen = paths.some(path => isAtOrBelow(template, path));
    isBeside ||= step.background && !isChosen && standsBeside(template, paths);
    if ('save' in step) for (const name of namesSaved(step.save)) (isChosen ? own : others).add(name);
    if (isChosen) spoken.push(JSON.stringify(isLeaf(step) ? step : { ...step, children: undefined, each: undefined }));
    // The list of a forEach is read, whichever copies are chosen.
    else if (step.type === 'forEach' && isAround(template, paths)) spoken.push(JSON.stringify(step.items));
  });
  if (isBeside) return true;
  const names = [...others].filter(name => !own.has(name));
  const words = ['RUNJOBS_TMP', ...names].map(name => `\\$\\{?${name}\\b|"${name}"`);
  return new RegExp(words.join('|')).test(spoken.join('\n'));
}

/** Whether one of the paths lies in the group that a step is in. */
function standsBeside(step: string, paths: readonly string[]): boolean {
  return isAround(parentPath(step), paths);
}

function isAround(group: string, paths: readonly string[]): boolean {
  return paths.some(path => isAtOrBelow(path, group));
}

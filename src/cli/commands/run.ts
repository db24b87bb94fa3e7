/** `runjobs <plan>`: one root run of a plan. */
import { resolve } from 'node:path';
import { interactiveAhead } from '../../engine/interactive.ts';
import type { QueuePlace } from '../../executors/queue/address.ts';
import { type Overrides, overridden } from '../../journal/plan-copy.ts';
import type { Selection } from '../../plan/select.ts';
import { claimRootRun, openRootRun } from '../../root-run.ts';
import { conduct, refuse } from '../conduct.ts';
import { EXIT } from '../exit.ts';
import { exposedWords, loadGivenPlan } from '../plan-source.ts';
import { queueNamed, queueWords, withoutQueueSecrets } from '../queue-place.ts';
import { isQuiet } from '../reporting.ts';
import type { RunFlags } from '../requests.ts';
import { selectionTrouble } from '../selection.ts';
import { openStreams } from '../streams.ts';

/** Runs the plan, and ends the process with the run's exit code. */
export async function runCommand(source: string, flags: RunFlags): Promise<void> {
  const streams = openStreams();
  const loaded = await loadGivenPlan(source, flags, { isRun: true });
  if (loaded.type === 'wrong') return refuse(streams, EXIT.usage, loaded.words);
  const { plan, given } = loaded;
  const queue = queueNamed(flags);
  if (queue.type === 'wrong') return refuse(streams, EXIT.usage, queue.words);
  if (!isQuiet(flags)) void streams.stderr.write(exposedWords(plan, flags));
  const selection = selectionOf(flags);
  const trouble = selectionTrouble(plan, selection);
  if (trouble !== undefined) return refuse(streams, EXIT.usage, trouble);
  const overrides = { ...overridesOf(flags), ...(selection === undefined ? {} : { selection }) };
  const asRun = overridden(plan, overrides);
  // Never given back: the process ends with its run.
  const claim = claimRootRun(plan.name);
  await conduct({
    ...flags,
    streams,
    claim,
    plan: asRun,
    interactive: interactiveAhead(asRun.root),
    given,
    queueWords: queueWords(flags),
    overrides,
    open: opening =>
      openRootRun({
        ...opening,
        ...environment(flags, queue.type === 'named' ? queue.place : undefined),
        plan,
        overrides,
        given,
        claim,
      }),
  });
}

function selectionOf({ only, skip, from }: RunFlags): Selection | undefined {
  if (only.length === 0 && skip.length === 0 && from === undefined) return undefined;
  return { only, skip, ...(from === undefined ? {} : { from }) };
}

/** What the command line puts in the place of the plan's own. */
export function overridesOf({ slots, timeout, lock }: Pick<RunFlags, 'slots' | 'timeout' | 'lock'>): Overrides {
  return {
    ...(slots === undefined ? {} : { slots }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(lock ? { lock: { waitMs: 0 } } : {}),
  };
}

function environment({ stateDir = process.env.RUNJOBS_STATE_DIR, durable = false }: RunFlags, queue?: QueuePlace) {
  return {
    env: withoutQueueSecrets(process.env) as Record<string, string>,
    durable,
    ...(queue === undefined ? {} : { queue }),
    ...(stateDir ? { stateDir: resolve(stateDir) } : {}),
  };
}

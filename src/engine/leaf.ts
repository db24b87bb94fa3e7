/** A leaf step: its texts made final, handed to the executor, what it saves taken. */

import type { Outcome } from '../events/outcome.ts';
import type { LeafStep } from '../plan/plan.ts';
import { stepKey } from '../plan/step-key.ts';
import type { Ending, RunContext, Running } from './context.ts';
import type { StartFacts } from './executor.ts';
import { finalTexts } from './final-texts.ts';
import { withoutQuotations } from './hidden.ts';
import { LeafContext } from './leaf-context.ts';
import { openOutput } from './output.ts';
import { watchQuiet } from './quiet.ts';
import { tellReceived } from './received.ts';
import type { Scope } from './scope.ts';
import { learn } from './secret-values.ts';
import { Unexpandable, type Values, type Variables } from './variables.ts';

/** Runs one attempt of a leaf. A text with an unset variable fails the step before anything starts. */
export async function executeLeaf(
  run: RunContext,
  running: Running,
  step: LeafStep,
  scope: Scope,
  attempt: number,
  started: (facts?: StartFacts & { readonly logOffset?: number }) => void,
): Promise<Ending> {
  let announced = false;
  const announce = (facts: StartFacts = {}) => {
    if (announced) return;
    announced = true;
    quiet.heard();
    const logOffset = running.log?.size ?? 0;
    started({ ...facts, ...(logOffset > 0 ? { logOffset } : {}) });
  };
  const quiet = watchQuiet(run, step, scope);
  const variables = scope.variables.with(builtInsOf({ path: running.path, attempt, tick: scope.tick }, run.builtIns), {
    type: 'runjobs',
  });
  const prepared = prepare(step, variables);
  const output = openOutput(run, running, prepared.type === 'ready' ? prepared.work : step, quiet.heard);
  let saved: Values | undefined;
  let refusal: string | undefined;
  const carryOut = (work: LeafStep) => {
    running.log ??= run.logs?.open(running.path, { isShared: step.type === 'http' });
    const context = new LeafContext(scope, variables, {
      path: running.path,
      attempt,
      kill: run.killed,
      commit: run.commit,
      committed: run.committed,
      queued: () => run.publish({ type: 'step.queued', step: running.path, t: run.t(), for: 'worker' }),
      started: announce,
      write(bytes, stream) {
        const welcome = output.write(bytes, stream);
        scope.hears?.(bytes, stream ?? 'out');
        return welcome;
      },
      received: tellReceived(run, running.path),
      stopping: facts => run.publish({ type: 'step.stopping', step: running.path, t: run.t(), ...facts }),
      warn: message => run.publish({ type: 'warning', t: run.t(), step: running.path, message }),
      save(values) {
        saved = values;
        refusal = learn(run, values);
      },
    });
    const carriedOut = run.executor.execute(work, context);
    // Its start may be long in coming: the steps beside it do not wait for that.
    if (run.startsLate) running.onBegun();
    return carriedOut;
  };
  const own = prepared.type === 'ready' ? await carryOut(prepared.work) : prepared.outcome;
  quiet.end();
  // One that is yet to be judged ready may have failed all the same.
  output.end(own.state === 'succeeded' && refusal === undefined && running.readiness === undefined);
  const outcome = judged(run, step, own, refusal);
  if (outcome.state !== 'cancelled') announce();
  return outcome.state === 'succeeded' ? { outcome, saved } : { outcome };
}

/** The ending of the attempt: without what it may tell of a secret, and a failure where a secret that it saves cannot be masked. */
function judged(run: RunContext, step: LeafStep, own: Outcome, refusal: string | undefined): Outcome {
  if (own.state === 'failed') return withoutQuotations(run, step, own);
  if (own.state !== 'succeeded' || refusal === undefined) return own;
  return { ...own, state: 'failed', reason: { type: 'save', message: refusal } };
}

/** What runjobs tells a command of itself. @param common what it tells each of the run. */
export function builtInsOf(
  { path, attempt, tick }: { readonly path: string; readonly attempt: number; readonly tick: number | undefined },
  common: Values,
): Values {
  // Node 20 takes microseconds to add to an object that begins with others' properties.
  return {
    RUNJOBS_STEP: path,
    RUNJOBS_STEP_KEY: stepKey(path),
    RUNJOBS_ATTEMPT: String(attempt),
    RUNJOBS_TICK: tick === undefined ? '' : String(tick),
    ...common,
  };
}

type Prepared =
  | { readonly type: 'ready'; readonly work: LeafStep }
  /** A text of it cannot be made final. */
  | { readonly type: 'ended'; readonly outcome: Outcome };

function prepare(step: LeafStep, variables: Variables): Prepared {
  try {
    return { type: 'ready', work: finalTexts(step, variables) };
  } catch (error) {
    if (!(error instanceof Unexpandable)) throw error;
    return { type: 'ended', outcome: { state: 'failed', reason: { type: 'start', message: error.message } } };
  }
}

/** A command whose output, or what it writes to `$RUNJOBS_OUTPUT`, is kept. */
import { type ExecuteContext, writingTo } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import type { RunStep } from '../../plan/plan.ts';
import { whyUnwritable } from '../../plan/unwritable.ts';
import { openKeeping } from '../keeping.ts';
import { type OutputFile, openOutputFile } from './output-file.ts';
import { notStarted } from './start-failure.ts';

/** Carries a command out in a context: `output` is the file for its variables, where it has one. */
export type CarryOut = (context: ExecuteContext, output?: string) => Promise<Outcome>;

export interface KeptPlaces {
  /** Absolute; a relative `saveTo` starts from it. */
  readonly folder: string;
  /** Absolute; where the files are made that commands write variables to. */
  readonly outputs: string;
  /** Unique within the run. */
  readonly name: string;
}

/** As `carryOut`, and keeps what the step asks for once nothing of the command is left. */
export async function keptOf(
  step: RunStep,
  context: ExecuteContext,
  { folder, outputs, name }: KeptPlaces,
  carryOut: CarryOut,
): Promise<Outcome> {
  const { save, saveTo } = step;
  if (save === undefined && saveTo === undefined) return carryOut(context);
  const keeping = openKeeping(step, context, folder);
  if ('fault' in keeping) return notStarted(keeping.fault);
  let output: OutputFile | undefined;
  try {
    if (save?.type === 'file') output = openOutputFile(outputs, name);
  } catch (error) {
    keeping.drop();
    return notStarted(`the file for $RUNJOBS_OUTPUT cannot be made: ${whyUnwritable(error)}`);
  }
  try {
    const outcome = await carryOut(writingTo(context, taking(context, keeping.take)), output?.path);
    return await keeping.end(outcome, save?.type === 'file' ? { saving: output?.read(save.names) } : {});
  } finally {
    keeping.drop();
    output?.remove();
  }
}

function taking({ write }: ExecuteContext, take: (bytes: Uint8Array) => void): ExecuteContext['write'] {
  return (bytes, stream) => {
    if (stream !== 'err') take(bytes);
    return write(bytes, stream);
  };
}

/** What one attempt of a leaf step keeps of its output: variables for the steps that follow, and a file. */
import type { ExecuteContext } from '../engine/executor.ts';
import type { Failed, Outcome } from '../events/outcome.ts';
import { childPath, type LeafStep } from '../plan/plan.ts';
import { type Answer, collectionFor, type Saving, savedOutput, savedParts } from './saved.ts';
import { openSavedFile, type SavedFile } from './saved-file.ts';

/** Holds what is kept while the attempt goes on. */
export interface Keeping {
  /** Takes a piece of the output; the bytes are copied. */
  take(bytes: Uint8Array): void;
  /**
   * Call once, when nothing of the attempt runs any more: hands the variables over and puts the file in its place where
   * it has ended well, and removes what was written of it otherwise. Resolves with how the attempt ended: a failure in
   * place of success where something cannot be kept.
   * @param saving what was written to `$RUNJOBS_OUTPUT`, where that is asked for.
   */
  end(outcome: Outcome, facts?: KeptFacts): Promise<Outcome>;
  /** In the place of {@link end}, where the attempt was broken off: keeps nothing. */
  drop(): void;
  /** The file of `saveTo`. */
  readonly file: SavedFile | undefined;
  /** Takes what an earlier attempt has left in the file; the bytes are copied. */
  recall(bytes: Uint8Array): void;
}

/** What the output alone does not tell. */
export interface KeptFacts {
  readonly answer?: Answer | undefined;
  readonly saving?: Saving | undefined;
  /** It was broken off from outside: what of the file is there may be gone on with. */
  readonly isBrokenOff?: boolean;
  /** There was nothing to write: the file stays as it was. */
  readonly keepsFile?: boolean;
}

export type Keeps = Pick<LeafStep, 'id' | 'background' | 'save' | 'saveTo'>;

/** Whether what the step prints to stdout must be told from what it prints to stderr: either is asked for alone. */
export function isSplit({ save, saveTo, retry }: Keeps & Pick<LeafStep, 'retry'>): boolean {
  const keepsOutput = saveTo !== undefined || (save !== undefined && save.type !== 'file');
  return keepsOutput || (retry?.on?.some(({ type }) => type === 'stderr') ?? false);
}

/**
 * Opens it before anything starts, or says in words why the file cannot be written. Relative paths start from `folder`.
 * @param source where the file comes from, if it may be gone on with: see {@link openSavedFile}.
 */
export function openKeeping(
  step: Keeps,
  context: Pick<ExecuteContext, 'path' | 'stop' | 'kill' | 'save'>,
  folder: string,
  source?: string,
): Keeping | { readonly fault: string } {
  const { save, saveTo } = step;
  const file = saveTo === undefined ? undefined : openSavedFile(saveTo, folder, source);
  if (file !== undefined && 'fault' in file) return file;
  const collected = collectionFor(save);

  const savingOf = (answer: Answer | undefined, written: Saving | undefined): Saving | undefined => {
    switch (save?.type) {
      case undefined:
        return undefined;
      case 'output':
        return collected && savedOutput(save.name, collected);
      case 'parts':
        return savedParts(save.parts, collected, answer);
      case 'file':
        return written;
      default:
        return save satisfies never;
    }
  };

  return {
    take(bytes) {
      collected?.take(bytes);
      file?.write(bytes);
    },
    file,
    recall: bytes => collected?.take(bytes),
    async end(outcome, { answer, saving: written, isBrokenOff = false, keepsFile = false } = {}) {
      const saving = savingOf(answer, written);
      if (!isGood(outcome, step, context)) {
        if (isBrokenOff) file?.leave();
        file?.drop();
        // Nobody will see them, but secrets among them are masked in what it has printed; what comes from output is hidden anyway.
        if (save?.type === 'file' && saving?.type === 'saved') context.save(saving.values);
        return outcome;
      }
      let fault = saving?.type === 'unfit' ? saving.message : undefined;
      if (file !== undefined && fault === undefined && !keepsFile) fault = await file.complete();
      file?.drop();
      if (fault !== undefined) return unkept(outcome, fault);
      if (saving?.type === 'saved') context.save(saving.values);
      return outcome;
    },
    drop: () => file?.drop(),
  };
}

/** Whether the step succeeds if the attempt ended so: what was told to stop does not, but in the background. */
function isGood(
  { state }: Outcome,
  { id, background }: Keeps,
  context: Pick<ExecuteContext, 'path' | 'stop' | 'kill'>,
): boolean {
  const { path, kill, stop } = context;
  const reason = stop.cancelled;
  if (reason === undefined) return state === 'succeeded';
  return (
    kill.cancelled === undefined && background && reason.type === 'group-ended' && childPath(reason.step, id) === path
  );
}

/** What has ended so, but cannot be kept. */
export function unkept(outcome: Outcome, message: string): Failed {
  const { exitCode, status } = outcome as { exitCode?: number; status?: number };
  return {
    state: 'failed',
    reason: { type: 'save', message },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(status === undefined ? {} : { status }),
  };
}

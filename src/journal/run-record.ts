/** What is kept of a run while it runs and when it has ended: the journal, the result, and no more runs than the plan says. */
import { join } from 'node:path';
import type { RunEvent } from '../events/event.ts';
import { createFacts, type FactsFold } from '../events/facts.ts';
import { groupsOf } from '../events/groups.ts';
import type { Plan } from '../plan/plan.ts';
import type { KeptRun } from './find.ts';
import { isHeld } from './past.ts';
import { prune } from './prune.ts';
import { type JournalOptions, openJournal } from './record.ts';
import { voidResult, writeResult } from './result.ts';
import { RUN_FILES } from './runs.ts';

export interface RunRecording {
  /** These as the journal has them: {@link Journal}. */
  record(event: RunEvent): void;
  commit(): void;
  committed(): Promise<void> | undefined;
  /**
   * Call it once, when all logs are closed and while the run is still held: the result is written, and old runs of the plan
   * are removed. Never rejects: where the disk is full, the journal tells what there is.
   */
  end(): Promise<void>;
}

/** What was recorded before the run was broken off. */
export interface Earlier {
  /** Bytes of the journal that are good. */
  readonly goOnAt: number;
  readonly facts: FactsFold;
}

export interface RecordingOptions extends Required<Pick<JournalOptions, 'durable' | 'onFailure'>> {
  readonly earlier: Earlier | undefined;
}

/** Opens the record of a run. @throws the file system's error. */
export function openRecording(
  run: KeptRun,
  plan: Plan,
  { durable, earlier, onFailure }: RecordingOptions,
): RunRecording {
  const { facts = createFacts(groupsOf(plan.root)), ...goOn } = earlier ?? {};
  let isWhole = true;
  const journal = openJournal(join(run.folder, RUN_FILES.journal), {
    durable,
    ...goOn,
    onFailure(error) {
      isWhole = false;
      onFailure(error);
    },
  });
  if (earlier !== undefined) voidResult(run.folder);
  return {
    record(event) {
      journal.record(event);
      facts.take(event);
    },
    commit: journal.commit,
    committed: journal.committed,
    async end() {
      journal.close();
      try {
        if (isWhole) writeResult(run.folder, facts.facts());
      } catch {
        // Whoever looks reads the journal instead.
      }
      await prune(run, plan, isHeld);
    },
  };
}

/** One root run per process: who holds the process now. */

/** A second run was asked for while one is active. */
export class RunActiveError extends Error {
  constructor(active: ActiveRun) {
    super(
      `a run is active in this process: "${active.name}" (${active.id}). One process holds one root run: ` +
        'put the work inside it with "use", "steps" or "gather", or await its end first.',
    );
    this.name = 'RunActiveError';
  }
}

export interface ActiveRun {
  /** Another one is taken while the run is being opened, should this one be taken already. */
  id: string;
  /** The plan's; until it is loaded, what it is loaded from. */
  name: string;
}

/** Shared by every copy of this library in the process. */
const ACTIVE = Symbol.for('runjobs.active-run');
const registry = globalThis as { [ACTIVE]?: ActiveRun | undefined };

/**
 * Claims the process for one root run, before anything of it starts; the result gives it back.
 * @throws {RunActiveError} while another run holds it.
 */
export function claimProcess(run: ActiveRun): () => void {
  const active = registry[ACTIVE];
  if (active !== undefined) throw new RunActiveError(active);
  registry[ACTIVE] = run;
  return () => {
    if (registry[ACTIVE] === run) registry[ACTIVE] = undefined;
  };
}

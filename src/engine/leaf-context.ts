/** What an executor is told of one attempt of a leaf; what costs much is made where it is asked for. */
import type { ExecuteContext } from './executor.ts';
import type { Scope } from './scope.ts';
import type { Stop } from './stop.ts';
import type { Values, Variables } from './variables.ts';

/**
 * A class, as each literal with a getter has a hidden class of its own in V8, which keeps all that the getter sees until
 * the next full collection of garbage.
 */
export class LeafContext implements ExecuteContext {
  readonly path: string;
  readonly attempt: number;
  readonly ticks: readonly number[];
  readonly stop: Stop;
  readonly kill: Stop;
  readonly commit: ExecuteContext['commit'];
  readonly committed: ExecuteContext['committed'];
  readonly queued: ExecuteContext['queued'];
  readonly started: ExecuteContext['started'];
  readonly write: ExecuteContext['write'];
  readonly received: ExecuteContext['received'];
  readonly stopping: ExecuteContext['stopping'];
  readonly warn: ExecuteContext['warn'];
  readonly save: ExecuteContext['save'];
  readonly #variables: Variables;
  #environment: Values | undefined;

  constructor(scope: Scope, variables: Variables, told: Omit<ExecuteContext, 'env' | 'stop' | 'ticks'>) {
    this.path = told.path;
    this.attempt = told.attempt;
    this.ticks = scope.ticks;
    this.stop = scope;
    this.kill = told.kill;
    this.commit = told.commit;
    this.committed = told.committed;
    this.queued = told.queued;
    this.started = told.started;
    this.write = told.write;
    this.received = told.received;
    this.stopping = told.stopping;
    this.warn = told.warn;
    this.save = told.save;
    this.#variables = variables;
  }

  get env(): Values {
    this.#environment ??= this.#variables.environment();
    return this.#environment;
  }
}

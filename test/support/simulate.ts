/** Runs a tree of steps on the virtual clock and keeps everything that it tells. */
import type { ExecuteContext } from '../../src/engine/executor.ts';
import { openRun, type Run, type RunResult } from '../../src/engine/run.ts';
import type { RunOptions } from '../../src/engine/run-options.ts';
import type { VirtualClock } from '../../src/engine/virtual-clock.ts';
import type { RunEvent } from '../../src/events/event.ts';
import type { Outcome } from '../../src/events/outcome.ts';
import { createPast, type Past } from '../../src/events/past.ts';
import { copiesWithRerun } from '../../src/events/reruns.ts';
import { createSecrets } from '../../src/events/secrets.ts';
import {
  type Answer,
  type Behaviour,
  createSimulatedExecutor,
  createSimulatedReach,
} from '../../src/executors/simulated.ts';
import type { Address } from '../../src/plan/address.ts';
import type { Plan, Step } from '../../src/plan/plan.ts';
import { plan } from './steps.ts';
import { openWay } from './way.ts';

export interface SimulateOptions {
  readonly slots?: number;
  readonly pools?: Plan['pools'];
  readonly notify?: Plan['notify'];
  readonly tailOf?: RunOptions['tailOf'];
  readonly tellOutput?: RunOptions['tellOutput'];
  readonly committed?: RunOptions['committed'];
  readonly parallelism?: number;
  readonly startsLate?: boolean;
  readonly readList?: RunOptions['readList'];
  readonly lists?: RunOptions['lists'];
  readonly locks?: RunOptions['locks'];
  /** Names of the plan's secrets. */
  readonly secrets?: Plan['secrets'];
  readonly holdsSecret?: RunOptions['holdsSecret'];
  readonly random?: () => number;
  readonly env?: Record<string, string>;
  /** The time of day at the start. */
  readonly wall?: Date;
  readonly host?: string;
  /** Called once the run has started, to set timers on its clock. */
  readonly during?: (run: Run, clock: VirtualClock) => void;
  readonly onEvent?: (event: RunEvent) => void;
  /** In the place of what the command says. */
  readonly behave?: (context: ExecuteContext) => Behaviour;
  readonly onExecute?: (context: ExecuteContext) => void;
  /** How addresses answer; a number is the millisecond from which on somebody listens. */
  readonly reach?: number | ((address: Address, t: number) => Answer);
  /** What an earlier run had recorded before it was broken off: this one goes on with it. */
  readonly resume?: readonly RunEvent[];
  /** What ends the leftovers of groups. */
  readonly onSweep?: (path: string, clock: VirtualClock) => Promise<void>;
}

export interface Simulation extends RunResult {
  readonly events: readonly RunEvent[];
  /** `12 a started`-like lines of the events that tests mostly ask for. */
  readonly lines: readonly string[];
  readonly tookMs: number;
  /** Timers still armed when the run had ended. */
  readonly timersLeft: number;
  state(path: string): Outcome['state'] | undefined;
}

/** Runs the step as the root of a plan; where the laws are to hold through a queue, by way of that. */
export async function simulate(root: Step, options: SimulateOptions = {}): Promise<Simulation> {
  const { onSweep } = options;
  const events: RunEvent[] = [];
  const secrets = createSecrets();
  const way = await openWay(
    clock => {
      const executor = createSimulatedExecutor(clock, (step, context) => {
        options.onExecute?.(context);
        if (options.behave !== undefined) return options.behave(context);
        const behaviour = JSON.parse(step.type === 'run' ? String(step.command) : '{}') as Behaviour | Behaviour[];
        if (!Array.isArray(behaviour)) return behaviour;
        return behaviour[Math.min(context.attempt, behaviour.length) - 1] ?? {};
      });
      return onSweep === undefined ? executor : { ...executor, sweep: path => onSweep(path, clock) };
    },
    { wall: options.wall, secrets, secretNames: options.secrets ?? [] },
  );
  const { clock } = way;
  const { reach = 0 } = options;
  const run = openRun({
    reach: createSimulatedReach(clock, address => {
      if (typeof reach === 'function') return reach(address, clock.now());
      return clock.now() < reach ? { refusal: `nothing listens on ${address.host}:${address.port}` } : {};
    }),
    plan: {
      ...plan(root, options.slots),
      ...(options.pools === undefined ? {} : { pools: options.pools }),
      ...(options.notify === undefined ? {} : { notify: options.notify }),
      ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
    },
    ...(options.tailOf === undefined ? {} : { tailOf: options.tailOf }),
    ...(options.tellOutput === undefined ? {} : { tellOutput: options.tellOutput }),
    ...(options.committed === undefined ? {} : { committed: options.committed }),
    id: 'test-run',
    secrets,
    executor: way.executor,
    clock,
    random: options.random ?? (() => 0.5),
    startsLate: options.startsLate ?? way.startsLate,
    env: options.env ?? {},
    host: options.host ?? 'a-host',
    ...(options.parallelism === undefined ? {} : { parallelism: options.parallelism }),
    ...(options.readList === undefined ? {} : { readList: options.readList }),
    ...(options.lists === undefined ? {} : { lists: options.lists }),
    ...(options.locks === undefined ? {} : { locks: options.locks }),
    ...(options.holdsSecret === undefined ? {} : { holdsSecret: options.holdsSecret }),
    ...(options.resume === undefined ? {} : { resume: { past: pastOf(options.resume, root), count: 1 } }),
    publish(told) {
      const event = way.plain(told);
      events.push(event);
      options.onEvent?.(event);
      return undefined;
    },
  });
  options.during?.(run, clock);
  const result = await clock.runUntil(run.start()).finally(way.close);
  const tookMs = clock.now();
  await clock.advance(0);
  return {
    ...result,
    events,
    lines: events.flatMap(line),
    tookMs,
    timersLeft: clock.pending,
    state: path => result.steps.get(path)?.state,
  };
}

/** What the events of a journal come to. */
export function pastOf(events: readonly RunEvent[], plan: Step): Past {
  const { root, take } = createPast(copiesWithRerun(plan));
  for (const event of events) take(event);
  return root;
}

function line(event: RunEvent): string[] {
  switch (event.type) {
    case 'step.started':
      return [`${event.t} ${event.step} started${event.attempt > 1 ? ` attempt ${event.attempt}` : ''}`];
    case 'step.finished':
      return [`${event.t} ${event.step} ${event.outcome.state}`];
    case 'step.ready':
      return [`${event.t} ${event.step} ready`];
    case 'step.queued':
      return [`${event.t} ${event.step} queued`];
    case 'step.retrying':
      return [`${event.t} ${event.step} retrying in ${event.delayMs}`];
    case 'ticks.missed':
      return [`${event.t} ${event.step} missed ${event.count}`];
    default:
      return [];
  }
}

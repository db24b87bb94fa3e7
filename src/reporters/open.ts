/** Makes the reporters that were chosen: each one's code is loaded only now. */
import type { Plan } from '../plan/plan.ts';
import { type Again, type AgainGiven, againOf } from './again.ts';
import type { Chosen, ReporterName } from './choose.ts';
import type { Controls } from './controls.ts';
import type { Usual } from './outlook.ts';
import type { Clock, FileSink, PlaceOf, Reporter, Sink, Terminal } from './reporter.ts';
import { indexSteps, type Steps } from './steps.ts';
import { windowFeatures } from './window.ts';

/** Where reporters live. They touch neither files nor the process: all of that is handed in. */
export interface World {
  readonly plan: Plan;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly clock: Clock;
  readonly colour: boolean;
  /** Opens a file for writing, relative to the current folder. Throws when it cannot. */
  readonly openSink: (file: string) => FileSink;
  /** Calls `restore` when the process exits without closing the reporters; returns how to call it off. */
  readonly onExit: (restore: () => void) => () => void;
  /** The current folder: log paths below it are shown relative to it. */
  readonly cwd?: string;
  /** What the run was given. */
  readonly given?: AgainGiven;
  /** The name of this machine. */
  readonly host?: string;
  /** What a person can do at the live view; undefined where nobody can. */
  readonly openControls?: (() => Controls | undefined) | undefined;
  /** Whether the terminal of a stream is somebody else's, as we are in the background. */
  readonly isBehind?: (stream: 'stdout' | 'stderr') => boolean;
  /** Variables of the process, as a CI sets them. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Reads in which line each step stands. */
  readonly readPlaces?: () => Promise<PlaceOf>;
  /** What earlier runs of the plan took, by the folder of this one. */
  readonly readUsual?: (folder: string) => Usual | undefined;
  /** Adds to a file. Throws when it cannot. */
  readonly append?: (file: string, text: string) => void;
}

/** Makes the chosen reporters; each one's code is loaded only now. Rejects when a file cannot be opened. */
export async function openReporters(chosen: readonly Chosen[], world: World): Promise<Reporter[]> {
  const steps = indexSteps(world.plan);
  return Promise.all(chosen.map(one => open(one, steps, world)));
}

async function open({ name, to }: Chosen, steps: Steps, world: World): Promise<Reporter> {
  const { clock, cwd, colour, onExit } = world;
  const again = againOf(world.plan, world.given, cwd);
  if (name === 'live') {
    const { createLive } = await import('./live.ts');
    const stream = to === 'stderr' ? 'stderr' : 'stdout';
    const terminal = world[stream];
    const isBehind = () => world.isBehind?.(stream) === true;
    const features = windowFeatures(world.env ?? {});
    const { readUsual, openControls } = world;
    const controls = openControls?.();
    const look = { colour, features, isBehind };
    return createLive({ terminal, steps, clock, onExit, cwd, again, readUsual, controls, ...look });
  }
  const file = typeof to === 'string' ? undefined : world.openSink(to.file);
  const sink = file ?? (to === 'stderr' ? world.stderr : world.stdout);
  const reporter = await make(name, { sink, steps, clock, cwd, again }, world);
  if (file === undefined) return reporter;
  const { close, leave = close } = reporter;
  return { ...reporter, close: () => close().then(file.end), leave: () => leave().then(file.end) };
}

interface Making {
  readonly sink: Sink;
  readonly steps: Steps;
  readonly clock: Clock;
  readonly cwd: string | undefined;
  readonly again: Again;
}

async function make(name: Exclude<ReporterName, 'live'>, making: Making, world: World): Promise<Reporter> {
  switch (name) {
    case 'plain':
      return (await import('./in-lines.ts')).createPlain(making);
    case 'group':
      return (await import('./in-lines.ts')).createGroup(making);
    case 'github': {
      const { createGithub } = await import('./in-lines.ts');
      return createGithub({ ...making, ...(await onGithub(world)) });
    }
    case 'gitlab':
      return (await import('./in-lines.ts')).createGitlab(making);
    case 'quiet': {
      const { createQuiet } = await import('./in-lines.ts');
      const { plan, given, host } = world;
      return createQuiet({ ...making, plan, host, again: againOf(plan, given) });
    }
    case 'ndjson':
      return (await import('./in-lines.ts')).createNdjson(making);
    case 'junit': {
      const { createJunit } = await import('./in-lines.ts');
      return createJunit({ ...making, host: world.host, placeOf: await placesIn(world) });
    }
    default:
      return name satisfies never;
  }
}

/** What GitHub tells a job by its environment. */
async function onGithub(world: World) {
  const { env = {}, cwd, append } = world;
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: workspace } = env;
  return {
    placeOf: await placesIn(world),
    workspace: workspace || cwd,
    ...(summary && append ? { addToSummary: (text: string) => append(summary, text) } : {}),
  };
}

async function placesIn({ readPlaces }: World): Promise<PlaceOf> {
  return (await readPlaces?.()) ?? (() => undefined);
}

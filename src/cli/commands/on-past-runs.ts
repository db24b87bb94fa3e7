/** Commands about runs that there are already: loaded together, as they need the same. */
export { cleanCommand } from './clean.ts';
export { logsCommand } from './logs.ts';
export { replayCommand } from './replay.ts';
export { runsCommand } from './runs.ts';
export { showCommand } from './show.ts';
export { restartCommand, stopCommand } from './stop.ts';

/** Commands that run a plan, or go on with a run: loaded together, as they need the same. */
export { resumeCommand } from './resume.ts';
export { runCommand } from './run.ts';

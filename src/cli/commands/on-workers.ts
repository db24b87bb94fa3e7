/** Commands about the workers of a queue: loaded together, as they need the same. */
export { workerCommand } from './worker.ts';
export { workersCommand } from './workers.ts';

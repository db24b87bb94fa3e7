/** Commands about plans that start nothing: loaded together, as they need the same. */
export { checkCommand } from './check.ts';
export { completeCommand, completionCommand } from './completion.ts';
export { cronPrintCommand } from './cron-print.ts';
export { helpCommand } from './help.ts';
export { initCommand } from './init.ts';
export { schemaCommand } from './schema.ts';

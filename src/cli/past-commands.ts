/** The commands that look at runs which are kept. */
import { type Command, Option } from 'commander';
import { looking, reporting } from './option-sets.ts';
import type { CleanFlags, LogsFlags, PastFlags, ReplayFlags, Request, RunsFlags, ShowFlags } from './requests.ts';
import { speed, wholeNumber, wholeOrNone } from './values.ts';

/** What stands for a run. */
export const RUN_NAME = 'its id, the beginning of it, "last", or the path of its folder';

/** `runs`, `show`, `logs`, `replay`, `stop`, `restart` and `clean`. @param command makes one. */
export function pastCommands(command: (name: string) => Command, want: (request: Request) => void): void {
  looking(command('runs'))
    .description('list the runs nearby: of the current folder, below and above it, and of its repository')
    .option('-a, --all', 'wherever runs of this user were kept')
    .option('-n, --number <count>', 'the latest so many', wholeNumber)
    .option('--json', 'one JSON object a line')
    .option('--no-color', 'no colours')
    .action((options: RunsFlags) => want({ type: 'runs', options }));

  looking(command('show'))
    .description('show how a run went, or one step of it')
    .argument('[run]', RUN_NAME, 'last')
    .argument('[step]', 'the path of a step')
    .option('--env', 'the variables that the step sees, each with its origin')
    .option('--json', 'one JSON object')
    .option('--no-color', 'no colours')
    .action((run: string, step: string | undefined, options: ShowFlags) => want({ type: 'show', run, step, options }));

  looking(command('logs'))
    .description('print what a step of a run has printed, or each step with its path before each line')
    .argument('[run]', RUN_NAME, 'last')
    .argument('[step]', 'the path of a step; "." is the plan itself')
    .option('-f, --follow', 'go on until the run ends')
    .option('--no-color', 'no colours')
    .action((run: string, step: string | undefined, options: LogsFlags) => want({ type: 'logs', run, step, options }));

  reporting(looking(command('replay')))
    .description('tell a run again, as it went or faster, by any reporter')
    .argument('[run]', RUN_NAME, 'last')
    .addOption(
      new Option('--speed <times>', 'so many times as fast as it went, such as 10x; "max": at once')
        .default(1, '1x')
        .argParser(speed),
    )
    .option('--no-color', 'no colours')
    .action((run: string, options: ReplayFlags) => want({ type: 'replay', run, options }));

  looking(command('stop'))
    .description('stop a run that goes on, or one step of it, and wait until that has ended; "finally" still runs')
    .argument('<run>', RUN_NAME)
    .argument('[step]', 'the path of a step')
    .action((run: string, step: string | undefined, options: PastFlags) => want({ type: 'stop', run, step, options }));

  looking(command('restart'))
    .description(
      'have a step of a run that goes on begin again: its attempt is ended, and the next one follows at once',
    )
    .argument('<run>', RUN_NAME)
    .argument('<step>', 'the path of a step')
    .action((run: string, step: string, options: PastFlags) => want({ type: 'restart', run, step, options }));

  looking(command('clean'))
    .description('remove runs that have ended: those that are named, else all nearby but those that died')
    .argument('[runs...]', RUN_NAME)
    .option('--all', 'also those that died, which "runjobs resume" could go on with')
    .option('--keep <count>', 'all nearby but the latest so many, over all plans together', wholeOrNone)
    .option('--dry-run', 'only tell what would be removed')
    .action((runs: readonly string[], options: CleanFlags) => want({ type: 'clean', runs, options }));
}

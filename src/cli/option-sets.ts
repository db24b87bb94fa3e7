/** The options that several commands take, as sets. */
import { type Command, Option } from 'commander';
import { listed } from '../plan/quote.ts';
import { NAMES } from '../reporters/choose.ts';
import { queueing } from './queue-options.ts';
import { assignment, collected, duration, once, wholeNumber } from './values.ts';

/** What a command that looks for runs takes. */
export function looking(into: Command): Command {
  return into.option('--state-dir <folder>', 'look only there (default: nearby, see "runs"; $RUNJOBS_STATE_DIR)');
}

/** What a command that loads a plan takes. @param isResumed whether that is added to what a run was given. */
export function giving(into: Command, isResumed = false): Command {
  const otherwise = isResumed ? 'what the run was given' : undefined;
  return into
    .addOption(
      new Option('--set <NAME=value>', 'the value of an input of the plan; may be repeated')
        .default({}, otherwise ?? 'what the plan says')
        .argParser(assignment),
    )
    .addOption(
      new Option('--env-file <file>', 'variables for the plan, as NAME=value lines; may be repeated, the later win')
        .default([], otherwise ?? 'none')
        .argParser(collected),
    );
}

/** Who tells of a run. */
export function reporting(into: Command): Command {
  return into.addOption(
    new Option('-r, --reporter <name[:file]>', `${listed(NAMES, 'or')}, to a file if one is named; may be repeated`)
      .default([], 'live on a terminal, github or gitlab in their CI, else plain')
      .argParser(collected),
  );
}

/** What a command that runs a plan takes. @param isResumed whether a run goes on. */
export function running(into: Command, isResumed = false): Command {
  return queueing(reporting(giving(into, isResumed)))
    .option('-q, --quiet', 'nothing when all goes well, else one report: the reporter quiet')
    .option('-j, --slots <count>', 'leaf steps at once in the whole run, in place of the plan’s "slots"', wholeNumber)
    .option('--timeout <duration>', 'in place of the plan’s own "timeout", such as 90s or 10m', duration)
    .option('--lock', 'no second run of this plan at the same time, as "lock: true" in it')
    .option('--state-dir <folder>', 'where logs are kept (default: .runjobs beside the plan; $RUNJOBS_STATE_DIR)')
    .option('--no-color', 'no colours')
    .option('--durable', 'each state change is safe against a loss of power before the next step starts');
}

/** What a command takes that runs a part of a plan. */
export function selecting(into: Command): Command {
  return into
    .addOption(
      new Option(
        '--only <step>',
        "only this step, by its path or a glob, with all in it, or copies of it ('test[3,5-7]'); may be repeated",
      )
        .default([], 'all')
        .argParser(collected),
    )
    .addOption(
      new Option('--skip <step>', 'not this step, by its path or a glob; may be repeated')
        .default([], 'none')
        .argParser(collected),
    )
    .option('--from <step>', 'this step and what comes after it', once);
}

/** The command line: which commands there are, and what their options mean. The only place that knows commander. */

import { existsSync } from 'node:fs';
import { Argument, Command, CommanderError, Option } from 'commander';
import { listed } from '../plan/quote.ts';
import { didYouMean } from '../plan/suggest.ts';
import { NAMES } from '../reporters/choose.ts';
import { factsOf } from './completion/facts.ts';
import { SHELLS, type Shell } from './completion/scripts.ts';
import { queueing, workerCommands } from './queue-options.ts';
import type {
  CleanFlags,
  CronPrintFlags,
  GivenFlags,
  LogsFlags,
  PastFlags,
  ReplayFlags,
  Request,
  ResumeFlags,
  RunFlags,
  RunsFlags,
  SchemaFlags,
  ShowFlags,
} from './requests.ts';
import { assignment, duration, speed, wholeNumber, wholeOrNone } from './values.ts';

const EXIT_CODES = `
Exit codes: 0 all went well · 1 a step failed · 2 the plan or the command line is wrong, nothing was started ·
3 a bug in runjobs · 74 the journal, a log or the lock cannot be written · 75 another run holds the lock, or the run to be
resumed is alive · 124 the plan's own timeout ran out · 129, 130, 131, 143 ended by a signal`;

/** Understands the arguments. Prints nothing. */
export function parseArguments(argv: readonly string[], version: string): Request {
  let request: Request | undefined;
  let words = '';
  const keep = (text: string) => {
    words += text;
  };
  const program = new Command('runjobs')
    .description(
      'Run the work that one file describes, as one run: in sequence, concurrently, periodically, over HTTP.',
    )
    .version(version, '-V, --version')
    .usage('[command] <plan> [options]')
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError()
    .showHelpAfterError('(runjobs --help shows what there is)')
    .enablePositionalOptions()
    .configureOutput({ writeOut: keep, writeErr: keep })
    .exitOverride();

  selecting(running(command(program, 'run', { isDefault: true })))
    .description('run a plan; "runjobs plan.yaml" is short for it')
    .argument('<plan>', 'job file: .json, .yaml, .mjs, or "-" for standard input')
    .action((plan: string, options: RunFlags) => {
      request = { type: 'run', plan, options };
    });

  running(command(program, 'resume'))
    .description('go on with a run that was killed, interrupted, or has failed')
    .argument('[run]', 'its id, the beginning of it, or "last"', 'last')
    .option('--force', 'also when the plan has changed: steps that are unchanged are taken over')
    .action((run: string, options: ResumeFlags) => {
      request = { type: 'resume', run, options };
    });

  pastCommands(program, wanted => {
    request = wanted;
  });

  giving(command(program, 'check'))
    .description('check a plan and print its tree; nothing is started')
    .argument('<plan>', 'job file, or "-"')
    .action((plan: string, options: GivenFlags) => {
      request = { type: 'check', plan, options };
    });

  const cron = command(program, 'cron').description('what starts a plan by its schedule');
  giving(command(cron, 'print'))
    .description('print the schedule of a plan, and of its definitions, as lines for crontab; installs nothing')
    .argument('<plan>', 'job file')
    .option('--systemd', 'a timer of systemd and its service')
    .action((plan: string, options: CronPrintFlags) => {
      request = { type: 'cron-print', plan, options };
    });

  workerCommands(
    name => command(program, name),
    wanted => {
      request = wanted;
    },
  );

  command(program, 'init')
    .description('write a first plan, runjobs.yaml, by what is in the current folder')
    .action(() => {
      request = { type: 'init' };
    });

  command(program, 'schema')
    .description('print the JSON Schema of job files, for editors')
    .option('--events', 'that of the events which the ndjson reporter prints')
    .action((options: SchemaFlags) => {
      request = { type: 'schema', options };
    });

  command(program, 'completion')
    .description('print what a shell loads to complete command lines: source <(runjobs completion bash)')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .action((shell: Shell) => {
      request = { type: 'completion', shell };
    });

  command(program, 'complete', { hidden: true })
    .argument('[words...]')
    .action((words: readonly string[]) => {
      request = { type: 'complete', words, commands: factsOf(program) };
    });

  const mistyped = nearCommand(program, argv[0]);
  if (mistyped !== undefined) return { type: 'say', words: `${mistyped}\n`, exitCode: 2 };
  try {
    program.parse(argv, { from: 'user' });
    return request ?? { type: 'say', words, exitCode: 0 };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const plan = error.code === 'commander.helpDisplayed' ? planToExplain(argv, version) : undefined;
    if (plan !== undefined) return { type: 'help', plan, words };
    return { type: 'say', words, exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

/** The plan that would have been run, had help not been asked for. */
function planToExplain(argv: readonly string[], version: string): string | undefined {
  const others = argv.filter(word => word !== '--help' && word !== '-h');
  const request = parseArguments(others, version);
  return request.type === 'run' ? request.plan : undefined;
}

/** What to say of a first argument that is no file but nearly a command; it would be taken for a plan. */
function nearCommand(program: Command, first = ''): string | undefined {
  const names = program.commands.map(known => known.name());
  if (!/^[a-z]+$/.test(first) || [...names, 'help'].includes(first) || existsSync(first)) return undefined;
  const near = didYouMean(first, names);
  return near === '' ? undefined : `runjobs: unknown command "${first}"${near}`;
}

function command(program: Command, name: string, options: { isDefault?: boolean; hidden?: boolean } = {}): Command {
  return program
    .command(name, options)
    .allowExcessArguments(false)
    .showHelpAfterError(`(runjobs ${name} --help shows what there is)`);
}

const RUN_NAME = 'its id, the beginning of it, "last", or the path of its folder';

/** The commands that look at runs which are kept. */
function pastCommands(program: Command, want: (request: Request) => void): void {
  looking(command(program, 'runs'))
    .description('list the runs nearby: of the current folder, below and above it, and of its repository')
    .option('-a, --all', 'wherever runs of this user were kept')
    .option('-n, --number <count>', 'the latest so many', wholeNumber)
    .option('--json', 'one JSON object a line')
    .option('--no-color', 'no colours')
    .action((options: RunsFlags) => want({ type: 'runs', options }));

  looking(command(program, 'show'))
    .description('show how a run went, or one step of it')
    .argument('[run]', RUN_NAME, 'last')
    .argument('[step]', 'the path of a step')
    .option('--env', 'the variables that the step sees, each with its origin')
    .option('--json', 'one JSON object')
    .option('--no-color', 'no colours')
    .action((run: string, step: string | undefined, options: ShowFlags) => want({ type: 'show', run, step, options }));

  looking(command(program, 'logs'))
    .description('print what a step of a run has printed, or each step with its path before each line')
    .argument('[run]', RUN_NAME, 'last')
    .argument('[step]', 'the path of a step; "." is the plan itself')
    .option('-f, --follow', 'go on until the run ends')
    .option('--no-color', 'no colours')
    .action((run: string, step: string | undefined, options: LogsFlags) => want({ type: 'logs', run, step, options }));

  reporting(looking(command(program, 'replay')))
    .description('tell a run again, as it went or faster, by any reporter')
    .argument('[run]', RUN_NAME, 'last')
    .addOption(
      new Option('--speed <times>', 'so many times as fast as it went, such as 10x; "max": at once')
        .default(1, '1x')
        .argParser(speed),
    )
    .option('--no-color', 'no colours')
    .action((run: string, options: ReplayFlags) => want({ type: 'replay', run, options }));

  looking(command(program, 'stop'))
    .description('stop a run that goes on, or one step of it, and wait until that has ended; "finally" still runs')
    .argument('<run>', RUN_NAME)
    .argument('[step]', 'the path of a step')
    .action((run: string, step: string | undefined, options: PastFlags) => want({ type: 'stop', run, step, options }));

  looking(command(program, 'restart'))
    .description(
      'have a step of a run that goes on begin again: its attempt is ended, and the next one follows at once',
    )
    .argument('<run>', RUN_NAME)
    .argument('<step>', 'the path of a step')
    .action((run: string, step: string, options: PastFlags) => want({ type: 'restart', run, step, options }));

  looking(command(program, 'clean'))
    .description('remove runs that have ended: those that are named, else all nearby but those that died')
    .argument('[runs...]', RUN_NAME)
    .option('--all', 'also those that died, which "runjobs resume" could go on with')
    .option('--keep <count>', 'all but the latest so many', wholeOrNone)
    .option('--dry-run', 'only tell what would be removed')
    .action((runs: readonly string[], options: CleanFlags) => want({ type: 'clean', runs, options }));
}

/** What a command that looks for runs takes. */
function looking(into: Command): Command {
  return into.option('--state-dir <folder>', 'look only there (default: nearby, see "runs"; $RUNJOBS_STATE_DIR)');
}

/** What a command that loads a plan takes. */
function giving(into: Command): Command {
  return into
    .addOption(
      new Option('--set <NAME=value>', 'the value of an input of the plan; may be repeated')
        .default({}, 'what the plan says')
        .argParser(assignment),
    )
    .addOption(
      new Option('--env-file <file>', 'variables for the plan, as NAME=value lines; may be repeated, the later win')
        .default([], 'none')
        .argParser((value: string, earlier: readonly string[]) => [...earlier, value]),
    );
}

/** Who tells of a run. */
function reporting(into: Command): Command {
  return into.addOption(
    new Option('-r, --reporter <name[:file]>', `${listed(NAMES, 'or')}, to a file if one is named; may be repeated`)
      .default([], 'live on a terminal, github or gitlab in their CI, else plain')
      .argParser((value: string, earlier: readonly string[]) => [...earlier, value]),
  );
}

/** What a command that runs a plan takes. */
function running(into: Command): Command {
  return queueing(reporting(giving(into)))
    .option('-q, --quiet', 'nothing when all goes well, else one report: the reporter quiet')
    .option('-j, --slots <count>', 'leaf steps at once in the whole run, in place of the plan’s "slots"', wholeNumber)
    .option('--timeout <duration>', 'in place of the plan’s own "timeout", such as 90s or 10m', duration)
    .option('--lock', 'no second run of this plan at the same time, as "lock: true" in it')
    .option('--state-dir <folder>', 'where logs are kept (default: .runjobs beside the plan; $RUNJOBS_STATE_DIR)')
    .option('--no-color', 'no colours')
    .option('--durable', 'each state change is safe against a loss of power before the next step starts');
}

function selecting(into: Command): Command {
  const collect = (value: string, earlier: readonly string[]) => [...earlier, value];
  return into
    .addOption(
      new Option('--only <step>', 'only this step, by its path or a glob, with all in it; may be repeated')
        .default([], 'all')
        .argParser(collect),
    )
    .addOption(
      new Option('--skip <step>', 'not this step, by its path or a glob; may be repeated')
        .default([], 'none')
        .argParser(collect),
    )
    .option('--from <step>', 'this step and what comes after it');
}

/** The command line: which commands there are, and what they ask for. */

import { Argument, Command, CommanderError } from 'commander';
import { listed } from '../plan/quote.ts';
import { factsOf, HELPING } from './completion/facts.ts';
import { SHELLS, type Shell } from './completion/scripts.ts';
import { DEFAULT_PLANS, defaultPlan } from './default-plan.ts';
import { helpNamed } from './help-named.ts';
import { foreignOption, unknownWord, valuesWithoutOption, wordBehindPlan } from './mistaken.ts';
import { giving, running, selecting } from './option-sets.ts';
import { pastCommands, RUN_NAME } from './past-commands.ts';
import { workerCommands } from './queue-options.ts';
import type { CronPrintFlags, GivenFlags, Request, ResumeFlags, RunFlags, SchemaFlags } from './requests.ts';

const AFTER_HELP = `
Exit codes: 0 all went well · 1 a step failed · 2 the plan or the command line
is wrong, nothing was started · 3 a bug in runjobs · 74 the journal, a log or
the lock cannot be written · 75 another run holds the lock, or the run to be
resumed is alive · 124 the plan's own timeout ran out · 129, 130, 131, 143 ended
by a signal

The options of a run: runjobs run --help; with the inputs of a plan:
runjobs <plan> --help`;

const THE_ONE_HERE = `the ${listed(DEFAULT_PLANS, 'or')} of the current folder`;

/** Takes what a command asks for. */
type Hear = (request: Request) => void;

/** Understands the arguments. Prints nothing. */
export function parseArguments(argv: readonly string[], version: string): Request {
  let request: Request | undefined;
  let words = '';
  const hear: Hear = wanted => {
    request = wanted;
  };
  const program = bareProgram(version, text => {
    words += text;
  });
  const named = (name: string) => command(program, name);
  const run = planCommands(program, hear);
  pastCommands(named, hear);
  checkingCommands(program, hear);
  workerCommands(named, hear);
  shellCommands(program, hear);

  const names = [...program.commands.map(known => known.name()), 'help'];
  const mistyped = unknownWord(argv[0] ?? '', names);
  if (mistyped !== undefined) return wrong(mistyped);
  const help = helpNamed(argv, program);
  if (help?.type === 'wrong') return wrong(help.message);
  if (help !== undefined) return { type: 'say', words: help.words, exitCode: 0 };
  try {
    program.parse(argv, { from: 'user' });
    const optionless = valuesWithoutOption(argumentsIn(program));
    if (optionless !== undefined) return wrong(optionless);
    return request ?? { type: 'say', words, exitCode: 0 };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') {
      const plan = planToExplain(argv, version);
      if (plan !== undefined) return { type: 'help', plan, words: run.helpInformation() };
    }
    const meant = meantBy(error, argumentsIn(program));
    if (meant !== undefined) return wrong(meant);
    return { type: 'say', words, exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

/** The program without its commands. @param keep takes what it says. */
function bareProgram(version: string, keep: (text: string) => void): Command {
  return new Command('runjobs')
    .description(
      'Run the work that one file describes, as one run: in sequence, concurrently, periodically, over HTTP.',
    )
    .version(version, '-V, --version')
    .usage('[command] [plan] [options]')
    .addHelpText('after', AFTER_HELP)
    .showSuggestionAfterError()
    .showHelpAfterError('(runjobs --help shows what there is)')
    .enablePositionalOptions()
    .configureOutput({ writeOut: keep, writeErr: keep })
    .exitOverride();
}

/** Those that start a plan. @returns the one that runs it. */
function planCommands(program: Command, hear: Hear): Command {
  const run = selecting(running(command(program, 'run', { isDefault: true })))
    .description('run a plan; "runjobs plan.yaml" is short for it')
    .argument('[plan]', `job file: .json, .yaml, .mjs, or "-" for standard input; default: ${THE_ONE_HERE}`)
    .action((plan: string | undefined, options: RunFlags) => {
      hear(withPlan(plan, 'runjobs', plan => ({ type: 'run', plan, options })));
    });

  running(command(program, 'resume'), true)
    .description('go on with a run that was killed, interrupted, or has failed')
    .argument('[run]', RUN_NAME, 'last')
    .option('--force', 'also when the plan has changed: steps that are unchanged are taken over')
    .action((run: string, options: ResumeFlags) => {
      hear({ type: 'resume', run, options });
    });
  return run;
}

/** Those that look at a plan and start nothing. */
function checkingCommands(program: Command, hear: Hear): void {
  giving(command(program, 'check'))
    .description('check a plan and print its tree; nothing is started')
    .argument('[plan]', `job file, or "-"; default: ${THE_ONE_HERE}`)
    .action((plan: string | undefined, options: GivenFlags) => {
      hear(withPlan(plan, 'runjobs check', plan => ({ type: 'check', plan, options })));
    });

  const cron = command(program, 'cron').description('what starts a plan by its schedule');
  giving(command(cron, 'print'))
    .description('print the schedule of a plan, and of its definitions, as lines for crontab; installs nothing')
    .argument('<plan>', 'job file')
    .option('--systemd', 'a timer of systemd and its service')
    .action((plan: string, options: CronPrintFlags) => {
      hear({ type: 'cron-print', plan, options });
    });
}

/** Those that prepare what is around a plan: a first one, the editor, the shell. */
function shellCommands(program: Command, hear: Hear): void {
  command(program, 'init')
    .description('write a first plan, runjobs.yaml, by what is in the current folder')
    .action(() => {
      hear({ type: 'init' });
    });

  command(program, 'schema')
    .description('print the JSON Schema of job files, for editors')
    .option('--events', 'that of the events which the ndjson reporter prints')
    .action((options: SchemaFlags) => {
      hear({ type: 'schema', options });
    });

  command(program, 'completion')
    .description('print what a shell loads to complete command lines: source <(runjobs completion bash)')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .action((shell: Shell) => {
      hear({ type: 'completion', shell });
    });

  command(program, 'complete', { hidden: true })
    .argument('[words...]')
    .action((words: readonly string[]) => {
      hear({ type: 'complete', words, commands: [...factsOf(program), HELPING] });
    });
}

/** What was probably meant where commander has refused the words. */
function meantBy({ code, message }: CommanderError, args: readonly string[]): string | undefined {
  if (code === 'commander.excessArguments') return valuesWithoutOption(args) ?? wordBehindPlan(args);
  return code === 'commander.unknownOption' ? foreignOption(/'(.*)'/.exec(message)?.[1] ?? '') : undefined;
}

/** The plan that would have been run, had help not been asked for. */
function planToExplain(argv: readonly string[], version: string): string | undefined {
  const others = argv.filter(word => word !== '--help' && word !== '-h');
  if (others.length === 0) return undefined;
  const request = parseArguments(others, version);
  return request.type === 'run' ? request.plan : undefined;
}

/** What is asked for with the plan that is named, or else the one that is here. @param command as typed. */
function withPlan(named: string | undefined, command: string, request: (plan: string) => Request): Request {
  if (named !== undefined) return request(named);
  const here = defaultPlan(command);
  return here.type === 'found' ? request(here.plan) : wrong(here.message);
}

function wrong(message: string): Request {
  return { type: 'say', words: `runjobs: ${message}\n`, exitCode: 2 };
}

/** The arguments of the command that was called, where it takes values. */
function argumentsIn(program: Command): readonly string[] {
  const commands = program.commands.flatMap(known => [known, ...known.commands]);
  return commands.filter(({ options }) => options.some(({ long }) => long === '--set')).flatMap(({ args }) => args);
}

function command(program: Command, name: string, options: { isDefault?: boolean; hidden?: boolean } = {}): Command {
  const words = program.parent === null ? name : `${program.name()} ${name}`;
  return program
    .command(name, options)
    .allowExcessArguments(false)
    .showHelpAfterError(`(runjobs ${words} --help shows what there is)`);
}

/** `runjobs cron print <plan>`: its schedule as lines for crontab, or as a timer of systemd. */
import type { Plan } from '../../plan/plan.ts';
import { escapeUnsafe, listed } from '../../plan/quote.ts';
import type { GivenToRun } from '../../root-run.ts';
import { type CronJob, crontabOf, type Written } from '../cron/crontab.ts';
import { startOf } from '../cron/start.ts';
import { systemdOf, unitName } from '../cron/systemd.ts';
import { EXIT } from '../exit.ts';
import { loadGivenPlan } from '../plan-source.ts';
import type { CronPrintFlags } from '../requests.ts';
import { openStreams, type Streams } from '../streams.ts';

/**
 * Prints them on standard output, and what to do with them, and what is to be minded, on standard error. Starts nothing and
 * installs nothing. Resolves to the exit code: 2 where there is no schedule, or one that cannot be written so; then nothing is
 * printed on standard output.
 */
export async function cronPrintCommand(source: string, flags: CronPrintFlags): Promise<number> {
  const streams = openStreams();
  const loaded = await loadGivenPlan(source, flags, { isRun: false });
  const written: Written =
    loaded.type === 'wrong' ? { wrong: loaded.words } : print(loaded.plan, loaded.given, { source, flags, streams });
  if ('text' in written) void streams.stdout.write(written.text);
  else void streams.stderr.write(loaded.type === 'wrong' ? written.wrong : `runjobs: ${written.wrong}\n`);
  await streams.flush();
  if ('wrong' in written) return EXIT.usage;
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

interface Printing {
  readonly source: string;
  readonly flags: CronPrintFlags;
  readonly streams: Streams;
}

function print(plan: Plan, given: GivenToRun, { source, flags, streams }: Printing): Written {
  const { file } = plan;
  if (file === undefined) return { wrong: 'a plan from standard input has no path that cron could start; name a file' };
  const exposed = plan.secrets.filter(name => Object.hasOwn(flags.set, name));
  if (exposed.length > 0)
    return { wrong: `${listed(exposed, 'and')} would be written out for all to read; put secrets into an --env-file` };
  const jobs = jobsOf(plan, file, flags);
  if (jobs.length === 0) {
    return { wrong: `${escapeUnsafe(source)} has no schedule; give it one, such as schedule: "30 2 * * *"` };
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const written = flags.systemd ? systemdOf(jobs) : crontabOf(jobs, zone);
  if ('wrong' in written) return written;
  for (const words of [...notices(plan, given, jobs), ...(flags.systemd ? [nextWords(jobs)] : [])])
    void streams.stderr.write(`runjobs: ${words}\n`);
  return written;
}

/** What is run has its own schedule; a plan also those of its definitions. */
function jobsOf(plan: Plan, file: string, flags: CronPrintFlags): readonly CronJob[] {
  const { definition, definitions = {}, schedule = [] } = plan;
  const own =
    schedule.length === 0
      ? []
      : [{ label: escapeUnsafe(plan.name), start: startOf(file, definition, flags), schedule }];
  if (definition !== undefined) return own;
  const others = Object.entries(definitions).flatMap(([name, defined]) =>
    defined.schedule === undefined
      ? []
      : [
          {
            label: `${escapeUnsafe(plan.name)}#${name}`,
            start: startOf(file, name, flags),
            schedule: defined.schedule,
          },
        ],
  );
  return [...own, ...others];
}

/** What is there now and will not be there then. */
function notices(plan: Plan, { levels }: GivenToRun, [job]: readonly CronJob[]): string[] {
  const isGiven = (name: string) => levels.some(({ values }) => Object.hasOwn(values, name));
  const inputs = Object.entries(plan.inputs).flatMap(([name, { required }]) => (required ? [name] : []));
  const lacking = [...new Set([...inputs, ...plan.secrets])].filter(name => !isGiven(name));
  const program = job?.start.command[0] ?? '';
  const found: string[] = [];
  if (lacking.length > 0) {
    const where = `the environment of cron has no ${listed(lacking, 'or')}`;
    found.push(`${where}: give it here, with --env-file, or --set where it is no secret, unless a step sets it`);
  }
  if (/[\\/]_npx[\\/]/.test(program)) {
    found.push(
      `${program} is in the cache of npx, which may be emptied: npm install --save-dev runjobs, and print again`,
    );
  }
  return found;
}

function nextWords(jobs: readonly CronJob[]): string {
  const timers = jobs.map(({ label }) => `${unitName(label)}.timer`).join(' ');
  return `put each unit into its file; then: systemctl --user daemon-reload && systemctl --user enable --now ${timers}; and, to run when nobody is logged in: loginctl enable-linger`;
}

/** A timer of systemd, and the service that it starts. */
import { quoteText } from '../../plan/quote.ts';
import type { CronJob, Written } from './crontab.ts';
import { type Fields, fieldsOf, isEither, type Part, partsOf } from './fields.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Both units of each job, each after a comment with the name of its file. */
export function systemdOf(jobs: readonly CronJob[]): Written {
  const units: string[] = [];
  for (const job of jobs) {
    const calendar: string[] = [];
    for (const { cron, timezone } of job.schedule) {
      const times = calendarTimes(cron);
      if (times === undefined) {
        const what = `${job.label}: ${quoteText(cron)} has no like in systemd`;
        return { wrong: `${what}: only numbers, names, "*", ranges, steps and lists have` };
      }
      calendar.push(...times.map(time => `OnCalendar=${time}${timezone === undefined ? '' : ` ${timezone}`}`));
    }
    const name = unitName(job.label);
    units.push(timer(name, job.label, calendar), service(name, job));
  }
  return { text: units.join('\n') };
}

/** The name of the units of a job, without their ending. */
export function unitName(label: string): string {
  return `runjobs-${label.replaceAll(/[^\w.-]+/g, '-')}`;
}

function timer(name: string, label: string, calendar: readonly string[]): string {
  return `# ~/.config/systemd/user/${name}.timer
[Unit]
Description=${specifiers(label)} (runjobs)

[Timer]
${calendar.join('\n')}
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
`;
}

/** runjobs alone is asked to stop, so that its steps end in order; systemd waits for their "finally". */
function service(name: string, { label, start }: CronJob): string {
  const { folder, command, path } = start;
  return `# ~/.config/systemd/user/${name}.service
[Unit]
Description=${specifiers(label)} (runjobs)

[Service]
Type=oneshot
WorkingDirectory=${specifiers(folder)}
Environment=${quoted(`PATH=${path}`)}
ExecStart=${command.map(word => quoted(word.replaceAll('$', '$$$$'))).join(' ')}
KillMode=mixed
TimeoutStopSec=5min
`;
}

/** The calendar expressions that mean the same as a pattern; two where either day will do. Undefined: there is none. */
export function calendarTimes(pattern: string): readonly string[] | undefined {
  const fields = fieldsOf(pattern);
  if (!isEither(fields)) return oneOrNone(calendarTime(fields));
  const both = [calendarTime({ ...fields, weekday: '*' }), calendarTime({ ...fields, day: '*' })];
  return both.every(time => time !== undefined) ? both : undefined;
}

function calendarTime({ second, minute, hour, day, month, weekday }: Fields): string | undefined {
  const clock = [hour, minute, second].map(field => componentOf(field, 0));
  const date = [month, day].map(field => componentOf(field, 1));
  const days = weekday === '*' ? '' : weekdaysOf(weekday);
  if (days === undefined || [...clock, ...date].includes(undefined)) return undefined;
  return `${days}*-${date.join('-')} ${clock.join(':')}`;
}

function oneOrNone(time: string | undefined): readonly string[] | undefined {
  return time === undefined ? undefined : [time];
}

/** @param first the least value that the component has. */
function componentOf(field: string, first: number): string | undefined {
  return partsOf(field)
    ?.map(({ from, to, step }) => {
      if (from === undefined) return step === undefined ? '*' : `${padded(first)}/${step}`;
      const range = to === undefined ? padded(from) : `${padded(from)}..${padded(to)}`;
      return step === undefined ? range : `${range}/${step}`;
    })
    .join(',');
}

/** Named one by one, as systemd knows no steps of them. */
function weekdaysOf(field: string): string | undefined {
  const parts = partsOf(field);
  if (parts === undefined) return undefined;
  const numbers = parts.flatMap(daysOf).map(day => day % 7);
  const names = WEEKDAYS.filter((_, day) => numbers.includes(day));
  return names.length === 7 ? '' : `${names.join(',')} `;
}

function daysOf({ from = 0, to, step = 1 }: Part & { readonly from?: number }): number[] {
  const last = to ?? (step > 1 || from === undefined ? 6 : from);
  const days: number[] = [];
  for (let day = from; day <= last; day += step) days.push(day);
  return days;
}

function padded(value: number): string {
  return String(value).padStart(2, '0');
}

function quoted(word: string): string {
  return `"${specifiers(word).replaceAll(/["\\]/g, '\\$&')}"`;
}

function specifiers(text: string): string {
  return text.replaceAll('%', '%%').replaceAll(/[\n\r]/g, ' ');
}

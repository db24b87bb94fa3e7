/** Lines for a crontab. */
import type { Scheduled } from '../../plan/plan.ts';
import { quoteText } from '../../plan/quote.ts';
import { type Fields, fieldsOf, isEither, type Part, partsOf } from './fields.ts';
import type { Start } from './start.ts';

/** Longer commands are refused by Debian's cron. */
const LONGEST = 998;

/** The lines of something, or why there are none; in words. */
export type Written = { readonly text: string } | { readonly wrong: string };

/** One start with its times, and what it is for people. */
export interface CronJob {
  readonly label: string;
  readonly start: Start;
  readonly schedule: readonly Scheduled[];
}

/**
 * The lines of a crontab for the jobs, those of other zones last, as CRON_TZ holds for all that follows it.
 * @param machineZone the zone in which the lines without a zone are meant.
 */
export function crontabOf(jobs: readonly CronJob[], machineZone: string): Written {
  const lines = new Map<string, string[]>([[machineZone, []]]);
  for (const { label, start, schedule } of jobs) {
    const command = commandOf(start);
    if ('wrong' in command) return command;
    for (const { cron, timezone = machineZone } of schedule) {
      const time = crontabTime(cron);
      if ('wrong' in time) return { wrong: `${label}: ${time.wrong}` };
      const inZone = lines.get(timezone) ?? [];
      inZone.push(`# ${label}\n${time.text} ${command.text}\n`);
      lines.set(timezone, inZone);
    }
  }
  const [here = [], ...elsewhere] = lines.values();
  const zones = [...lines.keys()].slice(1);
  return {
    text: [...here, ...elsewhere.map((inZone, index) => zoned(zones[index] ?? '', inZone, machineZone))].join(''),
  };
}

function zoned(zone: string, lines: readonly string[], machineZone: string): string {
  const where = `# CRON_TZ holds for all lines below it, in cronie (Fedora, RHEL, Arch). The cron of Debian and Ubuntu does not know it and\n# would go by the zone of the machine, ${machineZone}: there, "runjobs cron print --systemd" makes a timer that knows zones.\n`;
  return `${where}CRON_TZ=${zone}\n${lines.join('')}`;
}

/** The five fields of crontab, or what it has not. */
export function crontabTime(pattern: string): Written {
  const fields = fieldsOf(pattern);
  const told = `${quoteText(pattern)} cannot stand in a crontab`;
  if (fields.second !== '0')
    return { wrong: `${told}, which has no seconds; "--systemd" has, and so has "every" in a plan` };
  const { minute, hour, month } = fields;
  const texts = [minute, hour, dayOf(fields, 'day'), month, dayOf(fields, 'weekday')];
  const isKnown = texts.every(text => partsOf(text)?.every(isOfCrontab) === true);
  if (!isKnown) return { wrong: `${told}: only numbers, names, "*", ranges, steps and lists can` };
  return { text: texts.join(' ') };
}

/** Where either day will do, a field that begins with a star would make crontab want both. */
function dayOf(fields: Fields, name: 'day' | 'weekday'): string {
  const field = fields[name];
  return isEither(fields) ? field.replace(/^\*(?=\/)/, name === 'day' ? '1-31' : '0-6') : field;
}

/** A step needs a range there. */
function isOfCrontab({ from, to, step }: Part): boolean {
  return step === undefined || from === undefined || to !== undefined;
}

function commandOf({ folder, command, path }: Start): Written {
  const words = [...command, folder, path];
  const broken = words.find(word => /[\n\r]/.test(word));
  if (broken !== undefined) return { wrong: `${quoteText(broken)} cannot stand in a crontab: it has a line break` };
  const text = `cd ${shellWord(folder)} && PATH=${shellWord(path)} ${command.map(shellWord).join(' ')}`;
  const escaped = text.replaceAll('%', '\\%');
  if (escaped.length > LONGEST) {
    const what = `the line would have ${escaped.length} characters, and Debian’s cron takes ${LONGEST}`;
    return { wrong: `${what}; call it with a shorter PATH, such as PATH=/usr/bin:/bin, or use --systemd` };
  }
  return { text: escaped };
}

/** A word as sh reads it: in single quotes where it must be. */
function shellWord(word: string): string {
  return /^[\w./:=@+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

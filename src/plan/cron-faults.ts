/** What is wrong with a cron pattern that none of its fields, or no nickname, makes one. */
import { didYouMean } from './suggest.ts';

/** @annually and @midnight are others of @yearly and @daily. */
const NICKNAMES = ['@hourly', '@daily', '@weekly', '@monthly', '@yearly', '@annually', '@midnight'];

const FIELDS = [
  ['second', '0 to 59'],
  ['minute', '0 to 59'],
  ['hour', '0 to 23'],
  ['day of the month', '1 to 31 or L'],
  ['month', '1 to 12 or JAN to DEC'],
  ['weekday', '0 to 7 or SUN to SAT'],
] as const;

/** What to write in the place of a word with `@`; undefined: it is a nickname. */
export function nicknameFault(text: string): string | undefined {
  if (/^@every\b/i.test(text))
    return '"@every" is no time of the clock; write a pattern such as "*/5 * * * *", or an interval: {"every": "5m"} on a step';
  if (!text.startsWith('@') || NICKNAMES.includes(text.toLowerCase())) return undefined;
  return `no nickname is "${text}"${didYouMean(text, NICKNAMES)}; expected ${NICKNAMES.slice(0, 5).join(', ')}, or a pattern`;
}

/** Names the first field, of five or six, that no pattern has; undefined: each by itself is one. */
export function fieldFault(text: string, isPattern: (text: string) => boolean): string | undefined {
  const parts = text.split(/\s+/);
  const fields = FIELDS.slice(-parts.length);
  for (const [index, [name, values]] of fields.entries()) {
    const alone = fields.map((_, other) => (other === index ? parts[index] : '*')).join(' ');
    if (isPattern(alone)) continue;
    return `"${parts[index]}" is no ${name}; expected ${values}, "*", a range such as 1-5, steps such as */5, or a list of them`;
  }
  return undefined;
}

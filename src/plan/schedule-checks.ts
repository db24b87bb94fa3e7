/** The rules of `schedule`: patterns that fire, written out, as nothing runs that could expand them. */
import { cronFindings } from './every-checks.ts';
import { isRaw } from './raw.ts';
import type { Finding, Path } from './source.ts';

/** What is wrong with the `schedule` at a path. Values of a wrong type are passed over. */
export function scheduleFindings(schedule: unknown, path: Path): Finding[] {
  if (!Array.isArray(schedule)) return entryFindings(schedule, path);
  return schedule.flatMap((entry, index) => entryFindings(entry, [...path, index]));
}

function entryFindings(entry: unknown, path: Path): Finding[] {
  if (typeof entry === 'string') return patternFindings({ cron: entry }, { cron: path, timezone: path });
  if (!isRaw(entry)) return [];
  return patternFindings(entry, { cron: [...path, 'cron'], timezone: [...path, 'timezone'] });
}

function patternFindings(
  { cron, timezone }: { readonly cron?: unknown; readonly timezone?: unknown },
  places: { readonly cron: Path; readonly timezone: Path },
): Finding[] {
  const texts = [
    { text: cron, path: places.cron },
    { text: timezone, path: places.timezone },
  ];
  const named = texts.find(({ text }) => typeof text === 'string' && text.includes('${'));
  if (named !== undefined) {
    const message = 'a schedule is read where nothing runs, so no variable is expanded in it; write it out';
    return [{ message, path: named.path, at: 'value' }];
  }
  if (typeof cron !== 'string') return [];
  // Told of the keys of an object: a pattern alone has its own place.
  return cronFindings(cron, timezone, []).map(finding => ({
    ...finding,
    path: finding.path[0] === 'timezone' ? places.timezone : places.cron,
  }));
}

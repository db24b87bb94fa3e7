/** The rules of `every`: one kind of timetable, and a cron pattern that fires. */
import { cronTimes, isCronLoaded } from './cron.ts';
import type { Finding, Path } from './source.ts';

/** What is wrong with the `every` at a path. Values of a wrong type are passed over. */
export function everyFindings(every: unknown, path: Path): Finding[] {
  if (typeof every !== 'object' || every === null || Array.isArray(every)) return [];
  const { interval, cron, timezone } = every as { readonly [key: string]: unknown };
  const findings: Finding[] = [];
  if (interval === undefined && cron === undefined) {
    findings.push({ message: 'no timetable: add interval or cron', path, at: 'value' });
  }
  if (interval !== undefined && cron !== undefined) {
    findings.push({
      message: 'two timetables: interval and cron; keep one of them',
      path: [...path, 'cron'],
      at: 'key',
    });
  }
  if (timezone !== undefined && cron === undefined) {
    findings.push({ message: 'timezone goes with cron; take it out', path: [...path, 'timezone'], at: 'key' });
  }
  if (typeof cron === 'string') findings.push(...cronFindings(cron, timezone, path));
  return findings;
}

/** Warns of a `failureThreshold` that no tick looks at. */
export function everyWarnings(every: unknown, path: Path): Finding[] {
  if (typeof every !== 'object' || every === null) return [];
  const { until, failureThreshold } = every as { readonly [key: string]: unknown };
  const why = until === 'success' ? 'failed ticks do not count' : 'the first failed tick is its good end';
  if (failureThreshold === undefined || (until !== 'success' && until !== 'failure')) return [];
  const message = `failureThreshold has no effect: with until: ${until} ${why}; take it out`;
  return [{ message, path: [...path, 'failureThreshold'], at: 'key' }];
}

/**
 * What is wrong with a pattern, and its zone, that no variable makes complete. Nothing where `loadCron()` has not come
 * before: then the step itself tells it.
 */
export function cronFindings(cron: string, timezone: unknown, path: Path): Finding[] {
  const zone = typeof timezone === 'string' ? timezone : undefined;
  if (!isCronLoaded() || cron.includes('${') || zone?.includes('${')) return [];
  const times = cronTimes(cron, zone);
  if (!('wrong' in times)) return [];
  return [{ message: times.message, path: [...path, times.wrong === 'zone' ? 'timezone' : 'cron'], at: 'value' }];
}

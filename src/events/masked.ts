/** Events and outcomes as they may be shown and kept: without secrets. */
import type { RunEvent, SavedFacts } from './event.ts';
import type { Outcome } from './outcome.ts';
import type { Secrets } from './secrets.ts';

/**
 * What stays as it is: words of our own, and what the parts of a run are found again by. Those are made of the plan's
 * text, in which no secret that is known at the start may stand; to mask one that is learned later, and by chance reads
 * like the name of a step or `succeeded`, would make a journal that cannot be read back. Everything else is masked.
 */
const KEPT: ReadonlySet<string> = new Set([
  'type',
  'state',
  'for',
  'signal',
  'stream',
  'run',
  'at',
  'plan',
  'folder',
  'log',
  'list',
  'step',
  'steps',
  'changed',
]);

/** The event without secrets: `***` in their place; of saved variables that hold one, `null`. */
export function maskedEvent(secrets: Secrets, event: RunEvent): RunEvent {
  // The bytes that it is made of were masked.
  if (secrets.isEmpty || event.type === 'step.output' || event.type === 'step.progress') return event;
  return masked(secrets, event) as RunEvent;
}

/** The outcome without secrets. */
export function maskedOutcome<T extends Outcome>(secrets: Secrets, outcome: T): T {
  return secrets.isEmpty ? outcome : (masked(secrets, outcome) as T);
}

/** The value itself where nothing in it is masked. */
function masked(secrets: Secrets, value: unknown): unknown {
  if (typeof value === 'string') return secrets.text(value);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(members)) {
    const member = maskedMember(secrets, key, members[key]);
    if (member === members[key]) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...members }) as Record<string, unknown>;
    copy[key] = member;
  }
  return copy ?? value;
}

function maskedMember(secrets: Secrets, key: string, value: unknown): unknown {
  switch (key) {
    case 'saved':
      return maskedSaved(secrets, value as SavedFacts);
    case 'item':
      return maskedItem(secrets, value as Readonly<Record<string, string>>);
    default:
      return KEPT.has(key) ? value : masked(secrets, value);
  }
}

function maskedSaved(secrets: Secrets, saved: SavedFacts): SavedFacts {
  const shown = ([name, value]: [string, string | null]) =>
    [name, value === null || secrets.holds(value) ? null : value] as const;
  return Object.fromEntries(Object.entries(saved).map(shown));
}

/** The names are masked, too: those of columns and members come from data. */
function maskedItem(secrets: Secrets, item: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [secrets.text(name), secrets.text(value)]));
}

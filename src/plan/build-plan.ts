/** Makes the Plan of files that have passed both checks: what its root says, and the steps that are run. */
import { Builder } from './build.ts';
import { pingsOf } from './build-notify.ts';
import { lockOf } from './build-use.ts';
import type { DefinedInput, PlanInput, ScheduleInput, SizeInput } from './input.ts';
import type { Definition, Plan, Pool, Scheduled } from './plan.ts';
import type { PlanFile } from './plan-file.ts';
import type { PlanFiles, UsedStep } from './plan-files.ts';
import { parsePool } from './pools.ts';
import { parseSize } from './size.ts';
import { isLibrary } from './use-checks.ts';

/** Builds the plan that is run: that of the main file, or one of its definitions. All files have passed both passes: what they refuse is not looked at again. */
export function buildPlan(files: PlanFiles, entry: UsedStep): Plan {
  const { main } = files;
  const input = main.value as PlanInput;
  const reached = files.reachedFrom(entry);
  const secrets = [...new Set(reached.flatMap(({ value }) => (value as PlanInput).secrets ?? []))];
  const elsewhere = secretsElsewhere(reached, input.secrets ?? []);
  const builder = new Builder({ files, file: main, secrets });
  const [, definition] = entry.path;
  const { lock, maxLog, define } = input;
  const definitions = define === undefined ? undefined : definitionsOf(define);
  const schedule = definition === undefined ? scheduleOf(input.schedule) : definitions?.[String(definition)]?.schedule;
  const pools = Object.assign({}, ...reached.map(({ value }) => rootPools((value as PlanInput).pools ?? {})).reverse());
  return {
    ...main.origin,
    name: nameOf(entry, input.name ?? main.origin.name),
    slots: input.slots ?? 64,
    ...(lock === undefined || lock === false ? {} : { lock: lockOf(lock) }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(input.notify === undefined ? {} : { notify: pingsOf(input.notify, builder.textOf) }),
    keep: input.keep ?? 50,
    keepBytes: bytes(input.keepBytes ?? '1GiB'),
    ...(Object.keys(pools).length === 0 ? {} : { pools }),
    ...(maxLog === undefined ? {} : { maxLog: bytes(maxLog) }),
    inputs: builder.inputsOf(entry),
    secrets,
    ...(Object.keys(elsewhere).length === 0 ? {} : { secretsElsewhere: elsewhere }),
    ...(definitions === undefined ? {} : { definitions }),
    ...(definition === undefined ? {} : { definition: String(definition) }),
    ...(definition === undefined && isLibrary(entry.root) ? { isLibrary: true } : {}),
    root: builder.entry(entry),
  };
}

/** The definition's own name, else the plan's with that behind it. */
function nameOf({ step, path: [, definition] }: UsedStep, plan: string): string {
  if (definition === undefined) return plan;
  const name = typeof step === 'string' ? undefined : step.name;
  return typeof name === 'string' ? name : `${plan}#${definition}`;
}

function secretsElsewhere(files: readonly PlanFile[], own: readonly string[]): Record<string, string> {
  const all = files.flatMap(({ value, shown }) =>
    ((value as PlanInput).secrets ?? []).filter(name => !own.includes(name)).map(name => [name, shown] as const),
  );
  return Object.fromEntries(all.reverse());
}

function definitionsOf(define: NonNullable<PlanInput['define']>): Readonly<Record<string, Definition>> {
  const entries = Object.entries(define).map(([name, step]) => {
    const { description, schedule: written }: Pick<DefinedInput, 'description' | 'schedule'> =
      typeof step === 'string' ? {} : step;
    const schedule = scheduleOf(written);
    return [
      name,
      { ...(description === undefined ? {} : { description }), ...(schedule === undefined ? {} : { schedule }) },
    ] as const;
  });
  return Object.fromEntries(entries);
}

function scheduleOf(written: ScheduleInput | undefined): readonly Scheduled[] | undefined {
  if (written === undefined) return undefined;
  return [written].flat().map(one => {
    const { cron, timezone } = typeof one === 'string' ? { cron: one } : one;
    return { cron, ...(timezone === undefined ? {} : { timezone }) };
  });
}

/** The schema has refused what is no pool. */
function rootPools(pools: NonNullable<PlanInput['pools']>): Readonly<Record<string, Pool>> {
  return Object.fromEntries(
    Object.entries(pools as Record<string, number | string>).flatMap(([name, written]) => {
      const pool = parsePool(written);
      return pool === undefined ? [] : [[name, pool]];
    }),
  );
}

/** The schema has refused what is no size. */
function bytes(size: SizeInput): number {
  return parseSize(size) ?? 0;
}

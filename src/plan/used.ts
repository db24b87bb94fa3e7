/** What a step has of the plan or definition that it uses, and the files of variables that steps have. */
import type { Input, PlanLock } from './plan-keys.ts';

/** A dotenv file; its path starts from the plan's folder. */
export interface EnvFile {
  readonly path: string;
  /** It may be missing. */
  readonly optional: boolean;
}

export interface Used {
  /** What is used, as written; absent where that is said by the step around. */
  readonly from?: string;
  /** What stands around the step's own variables, from the outside in. */
  readonly levels: readonly UsedLevel[];
  /** Held while the step runs, the outer ones first. */
  readonly locks?: readonly StepLock[];
  /** The variables that go on to the steps that follow, each with its name inside; absent: all. */
  readonly save?: Readonly<Record<string, string>>;
}

/** Variables between a step and what it uses. */
export interface UsedLevel {
  readonly env: Readonly<Record<string, string>>;
  /** Where it is that of a root: its file as people know it. */
  readonly rootOf?: string;
  readonly envFiles?: readonly EnvFile[];
  /** Absolute folder that the paths of {@link UsedLevel.envFiles} start from, where that is not the plan's. */
  readonly folder?: string;
  /** What the values around here must be. */
  readonly inputs: Readonly<Record<string, Input>>;
  /** Inputs that are given here: their default has no effect. */
  readonly given: readonly string[];
}

/** The lock of a used plan. */
export interface StepLock extends PlanLock {
  /** Absolute path of its file, which the lock stands for where it has no name. */
  readonly file?: string;
  /** What people call it. */
  readonly plan: string;
}

/** What is taken of values by their names, under other names. @param taken names outside, each with that inside. */
export function takenOf<Value>(
  taken: Readonly<Record<string, string>>,
  values: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const found = Object.entries(taken).flatMap(([name, from]) => {
    const value = Object.hasOwn(values, from) ? values[from] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

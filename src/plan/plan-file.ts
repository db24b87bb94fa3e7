/** A job file as it was read: its value, its text, and where it lies. */
import { depthFinding } from './depth.ts';
import { copyPlain } from './plain.ts';
import { isRaw } from './raw.ts';
import type { Finding, Reading, ShownFile } from './source.ts';

/** What the file's place gives to its plan. */
export interface Origin {
  readonly name: string;
  readonly folder: string;
  readonly file?: string;
}

export interface PlanFile extends ShownFile {
  readonly origin: Origin;
  /** Its path without links; absent where it is no file. */
  readonly real?: string;
  /** Plain data, not too deep, without the root's `x-…`; absent where the text is none, or where it is: see {@link PlanFile.findings}. */
  readonly value?: unknown;
  /** What is wrong with the text, or with the value as such. */
  readonly findings: readonly Finding[];
}

/** A value without a text was made by a program and may be anything: only what is plain of it is taken. */
export function planFile(
  { value: read, source, findings = [] }: Partial<Reading>,
  { origin, shown, real }: Pick<PlanFile, 'origin' | 'shown' | 'real'>,
): PlanFile {
  const file = {
    origin,
    shown,
    ...(real === undefined ? {} : { real }),
    ...(source === undefined ? {} : { source }),
  };
  if (source !== undefined && read === undefined) return { ...file, findings };
  const { value, findings: faults } = source ? { value: read, findings: [] } : copyPlain(read);
  if (faults.length > 0) return { ...file, findings: faults };
  const depth = depthFinding(value, source?.text.length);
  return depth ? { ...file, findings: [...findings, depth] } : { ...file, value: withoutExtras(value), findings };
}

/** What begins with it at the root of a file is the author's own: parts that anchors name, notes for other programs. */
const EXTRA = 'x-';

function withoutExtras(value: unknown): unknown {
  if (!isRaw(value) || !Object.keys(value).some(key => key.startsWith(EXTRA))) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith(EXTRA)));
}

/** Whether there is a value to look into. */
export function isWhole(file: PlanFile): boolean {
  return 'value' in file;
}

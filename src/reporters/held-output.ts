/** What steps have printed and what is not shown yet: whole lines, held until a block of them is wanted. */
import type { StepOutput } from '../events/event.ts';
import { createLineAssembly, type LineAssembly } from './text.ts';

/** Characters of one step, and of all together, that are held at most. */
const STEP_MAX = 256 * 1024;
const ALL_MAX = 8 * 1024 * 1024;

export interface HeldOutput {
  /** Takes a piece of output; whether that is more than may be held. */
  add(output: StepOutput): boolean;
  /** The attempt has ended: its last line needs no end. */
  endLine(step: string): void;
  /** Takes the whole lines of a step out. */
  take(step: string): string[];
  /** Takes all of a step out, which prints no more, or begins anew. */
  end(step: string): string[];
  /** The steps of which something is held. */
  readonly steps: readonly string[];
}

interface Held {
  readonly assemblies: { out?: LineAssembly; err?: LineAssembly };
  lines: string[];
  length: number;
}

export function createHeldOutput(): HeldOutput {
  const all = new Map<string, Held>();
  let total = 0;

  const keep = (held: Held, lines: readonly string[]) => {
    for (const line of lines) {
      held.lines.push(line);
      held.length += line.length + 1;
      total += line.length + 1;
    }
  };

  const endLine = (step: string) => {
    const held = all.get(step);
    if (held === undefined) return;
    for (const assembly of [held.assemblies.out, held.assemblies.err]) keep(held, assembly?.end() ?? []);
  };

  const take = (step: string): string[] => {
    const held = all.get(step);
    if (held === undefined) return [];
    const { lines } = held;
    total -= held.length;
    held.lines = [];
    held.length = 0;
    return lines;
  };

  return {
    add({ step, stream, text }) {
      let held = all.get(step);
      if (held === undefined) {
        held = { assemblies: {}, lines: [], length: 0 };
        all.set(step, held);
      }
      held.assemblies[stream] ??= createLineAssembly();
      keep(held, held.assemblies[stream].add(text));
      return held.length > STEP_MAX || total > ALL_MAX;
    },
    endLine,
    take,
    end(step) {
      endLine(step);
      const lines = take(step);
      all.delete(step);
      return lines;
    },
    get steps() {
      return [...all.keys()];
    },
  };
}

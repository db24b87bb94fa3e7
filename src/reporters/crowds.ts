/** What plain leaves out where a forEach has very many copies: good starts and ends of those that print nothing. */
import type { StepFinished } from '../events/event.ts';
import type { Progress } from '../events/progress.ts';
import { copiesAround, copyOf, parentPath } from '../plan/paths.ts';
import { copiesWords } from './lines.ts';
import { glyphs } from './palette.ts';
import type { Steps } from './steps.ts';

/** Copies of a forEach with more are a crowd. */
const MANY = 50;
/** So many of them that failed are told one by one. */
const FAILED_TOLD = 200;
/** How often it is told how many have ended. */
const PARTS = 10;

export interface Crowds {
  /** Whether the step is, or lies in, one of very many copies. */
  isIn(path: string): boolean;
  /** Keeps lines about a start back until there is more to say. */
  hold(path: string, lines: readonly string[]): void;
  /** The lines kept back about a step and the copies around it: due before its first output. */
  due(path: string): string[];
  /** The lines that are told of the end of a step in a crowd. @param lines what would be told elsewhere. */
  end(event: StepFinished, lines: readonly string[]): string[];
}

export function createCrowds(progress: Progress, steps: Steps): Crowds {
  const held = new Map<string, readonly string[]>();

  const itemsOf = (copy: string) => progress.nodes.get(parentPath(copy))?.items ?? 0;

  /** `❯ test: 100 of 1000 copies ended, 2 failed`, at each tenth. */
  const milestone = (path: string): string[] => {
    const forEach = progress.nodes.get(parentPath(path));
    if (forEach?.items === undefined) return [];
    const { items, copies } = forEach;
    const part = (ended: number) => Math.floor((ended * PARTS) / items);
    if (items <= MANY || copies.ended === items || part(copies.ended) === part(copies.ended - 1)) return [];
    return [`${glyphs.started} ${steps.label(forEach.path)}: ${copiesWords(forEach)}`];
  };

  const failedLines = (path: string, lines: readonly string[]): readonly string[] => {
    const forEach = copiesAround(path)
      .map(parentPath)
      .find(one => (progress.nodes.get(one)?.items ?? 0) > MANY);
    const failed = (forEach === undefined ? undefined : progress.nodes.get(forEach)?.copies.failed) ?? 0;
    if (forEach === undefined || failed < FAILED_TOLD) return lines;
    if (failed > FAILED_TOLD || copyOf(path)?.forEach !== forEach) return [];
    return [...lines, `${glyphs.warning} ${steps.label(forEach)}: further failed copies are counted, not named`];
  };

  return {
    isIn: path => copiesAround(path).some(copy => itemsOf(copy) > MANY),
    hold(path, lines) {
      if (lines.length > 0) held.set(path, lines);
    },
    due(path) {
      if (held.size === 0) return [];
      return [...new Set([...copiesAround(path), path])].flatMap(one => {
        const lines = held.get(one) ?? [];
        held.delete(one);
        return lines;
      });
    },
    end({ step: path, outcome }, lines) {
      held.delete(path);
      const told = outcome.state === 'succeeded' ? [] : outcome.state === 'failed' ? failedLines(path, lines) : lines;
      return copyOf(path) === undefined ? [...told] : [...told, ...milestone(path)];
    },
  };
}

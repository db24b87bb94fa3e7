/** The one step that has run alone for so long that nobody wants to wait for its end to see what it prints. */
import type { RunEvent } from '../events/event.ts';
import type { Clock } from './reporter.ts';
import type { Steps } from './steps.ts';

/** A step that is alone for less shows all it prints at its end. */
const PATIENCE_MS = 5000;

export interface Lone {
  /** Whether what the step prints is to be shown as it comes. */
  isShown(step: string): boolean;
  /** Takes in what starts and what ends. */
  take(event: RunEvent): void;
  /** Leaves no timer behind. */
  stop(): void;
}

/** Background steps are company only for each other. @param onShown called when a step is to be shown from now on. */
export function createLone(clock: Clock, steps: Steps, onShown: (step: string) => void): Lone {
  const running = new Set<string>();
  const inBackground = new Set<string>();
  let alone: string | undefined;
  let shown: string | undefined;
  let disarm = () => {};

  const look = () => {
    const [only] = running.size > 0 ? running : inBackground;
    const isAlone = (running.size || inBackground.size) === 1;
    const next = isAlone ? only : undefined;
    if (next === alone) return;
    disarm();
    disarm = () => {};
    shown = undefined;
    alone = next;
    if (next === undefined) return;
    disarm = clock.at(clock.now() + PATIENCE_MS, () => {
      shown = next;
      onShown(next);
    });
  };

  return {
    isShown: step => shown === step,
    take(event) {
      if (event.type === 'step.started') {
        const { step } = event;
        if (!steps.isGroup(step)) (steps.at(step)?.background ? inBackground : running).add(step);
      } else if (event.type === 'attempt.finished' || event.type === 'step.finished') {
        running.delete(event.step);
        inBackground.delete(event.step);
      } else return;
      look();
    },
    stop: () => disarm(),
  };
}

/** When the live view is on its terminal: one frame after another, and none while somebody else has the terminal. */
import type { Clock } from './reporter.ts';

/** Between the end of one frame and the next. */
const FRAME_MS = 100;

/** What is done to the terminal. */
export interface Ground {
  /** Draws one frame. A promise resolves when more is welcome. */
  frame(): Promise<void> | undefined;
  /** Takes the keys. */
  take(): void;
  /** Puts the terminal back as it was, what stands on it aside. */
  giveBack(): void;
  /** The same, and nothing of ours stands on it, but for what stays. */
  makeWay(): void;
  /** Whether a shell and its other jobs have it, as we are in the background: then there is nothing to be drawn on. */
  isBehind(): boolean;
}

export interface Presence {
  /** Takes the terminal, draws now, and goes on from there; nothing while it is lent, and once it has ended or broken. */
  goOn(): void;
  /** Draws sooner than the next frame is due, unless the terminal takes no more by now. */
  hurry(): void;
  /** Gives the terminal back before the next frame; {@link goOn} takes it again. */
  pause(): void;
  /** Makes way for a program: nothing is drawn before {@link takeBack}. */
  lend(): void;
  takeBack(): void;
  /** Nothing more is drawn. False where that was so before. */
  end(): boolean;
  /** What went wrong while drawing, boxed: then the terminal was given back, and nothing more is drawn. */
  readonly broken: { readonly error: unknown } | undefined;
}

/** Nothing is drawn before it is told to go on. */
export function createPresence(clock: Clock, ground: Ground): Presence {
  let disarm = () => {};
  let isOver = false;
  let isLent = false;
  /** In the background we have stepped aside. */
  let isAside = false;
  /** The terminal takes no more by now. */
  let isBusy = false;
  let broken: { readonly error: unknown } | undefined;
  const isOn = () => !isOver && !isLent && broken === undefined;

  const stepsAside = () => {
    const wasAside = isAside;
    isAside = ground.isBehind();
    if (isAside && !wasAside) ground.giveBack();
    if (!isAside && wasAside) ground.take();
    return isAside;
  };
  /** Nobody above a timer could catch what it throws. */
  const draw = () => {
    if (isLent) return;
    try {
      const busy = stepsAside() ? undefined : ground.frame();
      isBusy = busy !== undefined;
      if (busy === undefined) next();
      else void busy.then(next);
    } catch (error) {
      broken = { error };
      ground.giveBack();
    }
  };
  const next = () => {
    isBusy = false;
    disarm();
    if (!isOver) disarm = clock.at(clock.now() + FRAME_MS, draw);
  };
  const goOn = () => {
    if (!isOn()) return;
    ground.take();
    draw();
  };

  return {
    goOn,
    hurry() {
      if (!isOn() || isBusy) return;
      disarm();
      draw();
    },
    pause() {
      disarm();
      ground.giveBack();
    },
    lend() {
      disarm();
      isLent = true;
      if (broken === undefined) ground.makeWay();
    },
    takeBack() {
      isLent = false;
      goOn();
    },
    end() {
      if (isOver) return false;
      isOver = true;
      disarm();
      return true;
    },
    get broken() {
      return broken;
    },
  };
}

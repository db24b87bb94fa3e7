/** What of the laws of the engine does not go through a queue, each with why; `test/conformance.test.ts` holds it against what is there. */

/** Files of `test/engine/` in which nothing is given to an executor, or what is measured is this process. */
export const FILES_LEFT_OUT: Readonly<Record<string, string>> = {
  'byte-tail': 'no step is carried out',
  clock: 'no step is carried out',
  'final-expect': 'no step is carried out',
  'final-json': 'no step is carried out',
  'line-watch': 'no step is carried out',
  slots: 'no step is carried out',
  stop: 'no step is carried out',
  variables: 'no step is carried out',
  heap: 'measures the memory of this process, in which a Redis client and a worker would be, too',
  secrets:
    'no secret goes into a queue: a step that needs one is refused there, which test/executors/queue/ and test/e2e/queue-ways.test.ts show',
};

/** Laws that cannot hold there, by their full titles: each is tried all the same, and must fail. */
export const LAWS_LEFT_OUT: Readonly<Record<string, string>> = {
  'all variables together > take 1 MiB at most: the step that would pass that fails':
    'a message holds 256 KiB, and the eighth step has more variables than that',
  'all variables together > count with those of the process, and a name counts once':
    'a message holds 256 KiB; the variables of the process are taken for those of the plan here, and are more',
  'a step that cannot save is tried again by its retry, as after any failure':
    'a message holds 256 KiB; the variables of the process are taken for those of the plan here, and are more',
};

/** Laws that hold there mostly, as nobody promises them: they are not tried. */
export const LAWS_NOT_PROMISED: Readonly<Record<string, string>> = {
  'one whose group closes in the moment of the hand-over is skipped, and gives back what it got':
    'where the start of the step before it is heard of when it has been given away itself, it is cancelled',
  'for any tree of steps, interrupted at any moment > the same tree tells the same events':
    'in which order the starts of one millisecond are heard depends on the machine',
};

/** What is said where the files of the queue in a run's folder cannot be read any more. */

/** Nobody knows any more what workers have, or have done, of the run. */
export function damaged(path: string): Error {
  return new Error(
    `"${path}" is damaged, by which it is known what workers have done of this run: start the plan anew, once none of them has a step of it`,
  );
}

/** The mark in a list of steps that changes under it, as steps start and end. */

type Listed = readonly { readonly path: string }[];

/**
 * Once it was moved it stays at its step as long as that is in the list, and until then at the first, as steps may end faster
 * than anybody reads.
 */
export interface ListMark {
  /** Where it stands in the list; 0 in an empty one. */
  at(list: Listed): number;
  /** The same for a list that is shown: only there the first becomes another one, as keys act on what was seen last. */
  show(list: Listed): number;
  /** Moves it to this place, or to the nearest that there is. */
  move(list: Listed, to: number): void;
  /** Back to the first, as if it had never moved. */
  reset(): void;
}

/** At the first step of whatever list comes. */
export function createListMark(): ListMark {
  let marked: string | undefined;
  let index = 0;
  let isMoved = false;

  const at = (list: Listed): number => {
    const same = list.findIndex(({ path }) => path === marked);
    index = same >= 0 ? same : Math.min(index, Math.max(0, list.length - 1));
    marked = list[index]?.path;
    return index;
  };

  return {
    at,
    show(list) {
      if (!isMoved) marked = list[0]?.path;
      return at(list);
    },
    move(list, to) {
      isMoved = true;
      marked = list[Math.max(0, Math.min(to, list.length - 1))]?.path;
    },
    reset() {
      marked = undefined;
      index = 0;
      isMoved = false;
    },
  };
}

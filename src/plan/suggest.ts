/** "Did you mean": the known word that a mistyped one is nearest to. */
import { ownWords } from './foreign-words.ts';

/** The candidate that `word` was most likely meant to be, or undefined when none is near, several are alike, or it is one itself. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 60 || candidates.includes(word)) return undefined;
  const wanted = plain(word);
  const synonym = ownWords(wanted).find(one => candidates.includes(one));
  if (synonym !== undefined) return synonym;
  let nearest: string[] = [];
  let least = Math.max(1, Math.floor(wanted.length / 3));
  for (const candidate of candidates) {
    const known = plain(candidate);
    const isEnd = wanted.length > 2 && known.endsWith(wanted);
    if (!isEnd && Math.abs(known.length - wanted.length) > least) continue;
    const distance = isEnd ? 1 : editDistance(wanted, known);
    if (distance > least || distance >= known.length) continue;
    if (distance < least) nearest = [];
    least = distance;
    nearest.push(candidate);
  }
  return (
    nearest.find(candidate => plain(candidate)[0] === wanted[0]) ?? (nearest.length === 1 ? nearest[0] : undefined)
  );
}

/** `, did you mean "timeout"?`, or the empty text when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const nearest = suggest(word, candidates);
  return nearest === undefined ? '' : `, did you mean ${JSON.stringify(nearest)}?`;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? 0;
}

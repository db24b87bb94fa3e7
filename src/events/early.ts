/** Where the end of what a step prints is kept: in its node, or beside the tree before it starts, while its `if` is tested. */
import type { Progress } from './progress.ts';
import { createTail, type Tail } from './tail.ts';

/** The tail of a step, made with its first output. */
export function tailAt({ nodes, early }: Progress, path: string): Tail {
  const node = nodes.get(path);
  const tail = node === undefined ? early.get(path) : node.tail;
  if (tail !== undefined) return tail;
  const fresh = createTail();
  if (node === undefined) early.set(path, fresh);
  else node.tail = fresh;
  return fresh;
}

/** What a step has printed before it was in the tree, which is forgotten here; undefined: nothing. */
export function takeEarly({ early }: Progress, path: string): Tail | undefined {
  const tail = early.get(path);
  early.delete(path);
  return tail;
}

/** Locks: one holder at a time, and the next as soon as that one has given it back or is dead. */
import { dirname } from 'node:path';
import { lightBeacon } from './beacon.ts';
import { emptyGeneration, type Generations, openGenerations } from './generations.ts';
import { type Holder, isAlive, type Liveness, parseHolder } from './holder.ts';

/** What came of trying to take a lock. */
export type Taking =
  | { readonly type: 'held'; readonly lock: Lock }
  /** Somebody has it. Not `sure`: nothing shows that they are dead, and nothing that they are alive. */
  | { readonly type: 'taken'; readonly by: Holder; readonly sure: boolean };

/** A lock that is held by this process. It is given back by the end of the process, too. */
export interface Lock {
  /** Who had it before, and died with it; what that one has started may still run. */
  readonly after?: Holder | undefined;
  /** Gives it back, once. Never throws. */
  release(): void;
}

/**
 * Takes the lock in `folder`, whose parent folder there is, for a holder in this process; does not wait for one who has
 * it. A record that is empty was given back; one that is damaged was torn by the end of the machine, as each is whole
 * before it can be found. Rejects with the file system's error, such as ENOSPC; nothing is held then.
 */
export async function takeLock(folder: string, holder: Holder): Promise<Taking> {
  const found = await claim(openGenerations(folder), {
    who: record => holderIn(record, folder),
    async prepare() {
      const beacon = await lightBeacon(folder);
      const record = JSON.stringify({ ...holder, ...(beacon.name === undefined ? {} : { beacon: beacon.name }) });
      return { record, beside: beacon.name, drop: beacon.close };
    },
  });
  if (found.type === 'taken') return { type: 'taken', by: found.who.holder, sure: found.who.state === 'alive' };
  const { generation, mine, after } = found;
  return {
    type: 'held',
    lock: {
      after: after?.holder,
      release() {
        emptyGeneration(folder, generation, mine.record);
        mine.drop();
      },
    },
  };
}

/** Somebody who has a lock, or who had it when they died. */
export interface Found {
  readonly holder: Holder;
  readonly state: Liveness;
}

/** Who has the lock in `folder`, or died with it; undefined when nobody ever took it, or it was given back. */
export async function holderOf(folder: string): Promise<Found | undefined> {
  const generations = openGenerations(folder);
  for (;;) {
    const last = (await generations.numbers()).at(-1);
    if (last === undefined) return undefined;
    const record = await generations.read(last);
    if (record !== undefined) return holderIn(record, folder);
  }
}

async function holderIn(record: string, folder: string): Promise<Found | undefined> {
  const holder = parseHolder(record);
  return holder && { holder, state: await isAlive(holder, dirname(folder)) };
}

/** A try to become the next generation. */
export interface Candidate<Who extends Attested, Mine extends Preparation> {
  /** Who wrote a record; undefined where nobody has the lock by it any more. */
  who(record: string): Promise<Who | undefined>;
  /** What will be written, made after the last holder was found dead: what was there before, the next one tidies up. */
  prepare(): Promise<Mine>;
}

interface Attested {
  readonly state: Liveness;
}

interface Preparation {
  readonly record: string;
  /** The name of a file beside the lock that goes with it. */
  readonly beside?: string | undefined;
  /** It was made in vain. */
  drop(): void;
}

export type Claimed<Who, Mine> =
  | { readonly type: 'held'; readonly generation: number; readonly mine: Mine; readonly after: Who | undefined }
  | { readonly type: 'taken'; readonly who: Who };

/** Each try but the last one has failed because of another's success. */
const TRIES = 10_000;

/**
 * Becomes the generation after the last one, once that one is free. Only one taker can make it; but one that has slept
 * since its look at the last one may find the name free again, long after others have held that generation and it was
 * removed. As generations are removed in ascending order, this was so iff the last one is gone, too, or says something
 * else by now. What such a taker has made is withdrawn.
 */
export async function claim<Who extends Attested, Mine extends Preparation>(
  generations: Generations,
  { who, prepare }: Candidate<Who, Mine>,
): Promise<Claimed<Who, Mine>> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const last = (await generations.numbers()).at(-1) ?? 0;
    const record = last === 0 ? '' : await generations.read(last);
    if (record === undefined) continue;
    const found = await who(record);
    if (found !== undefined && found.state !== 'dead') return { type: 'taken', who: found };
    const mine = await prepare();
    if (await become(generations, { last, record }, mine)) {
      return { type: 'held', generation: last + 1, mine, after: found };
    }
    mine.drop();
  }
  throw new Error('the lock changes hands without end');
}

/** Whether `mine` has become the generation after `last`, whose record was `record`. */
async function become(
  generations: Generations,
  { last, record }: { readonly last: number; readonly record: string },
  mine: Preparation,
): Promise<boolean> {
  try {
    if (!(await generations.make(last + 1, mine.record))) return false;
    // The first one comes with its folder, which then is never without one.
    if (last > 0 && (await generations.read(last)) !== record) {
      await generations.remove(last + 1);
      return false;
    }
  } catch (error) {
    mine.drop();
    throw error;
  }
  await tidy(generations, last + 1, mine.beside);
  return true;
}

/** Nothing depends on it: what stays is removed by the next holder. */
async function tidy(generations: Generations, mine: number, beside: string | undefined): Promise<void> {
  try {
    // Ends at the first that stays, so that none goes before those below it.
    for (const generation of await generations.numbers()) if (generation < mine) await generations.remove(generation);
    await generations.tidy(beside);
  } catch {
    // As said.
  }
}

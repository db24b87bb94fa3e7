/** Places that are handed out first come, first served, and never more than there are: the slots of a run, and its pools. */
import type { Pool } from '../plan/pools.ts';
import type { Clock } from './clock.ts';
import { Place, type Release } from './place.ts';

/** What a step takes, all of it at once or nothing. */
export interface Wants {
  readonly slot: boolean;
  /** Weights by the names of pools. */
  readonly pools?: Readonly<Record<string, number>> | undefined;
}

const A_SLOT: Wants = { slot: true };

/** Those who wait for the same, in the order they came. */
interface Lane {
  readonly wants: Wants;
  readonly places: Place[];
  /** The first one that has not been served; before it there is nothing of worth. */
  head: number;
}

/** What a pool has given out: so many places at once, or the times of so many starts. */
interface Stock {
  readonly pool: Pool;
  taken: number;
  /** Of a rate: when each of the last starts was, oldest first. */
  starts: number[];
}

export class Slots {
  readonly size: number;
  readonly #clock: Pick<Clock, 'soon' | 'now' | 'at'>;
  readonly #stocks = new Map<string, Stock>();
  readonly #lanes = new Map<string, Lane>();
  #taken = 0;
  #tickets = 0;
  #waiting = 0;
  #alarm: { readonly due: number; disarm(): void } | undefined;

  /**
   * @param size how many slots may be taken at once, at least 1.
   * @param clock its `soon` puts the handing over of a freed place off until all that follows from its end has been done:
   *   a step that fails closes its group before the place can go to a step that waits in it.
   */
  constructor(size: number, clock: Pick<Clock, 'soon' | 'now' | 'at'>, pools: Readonly<Record<string, Pool>> = {}) {
    this.size = size;
    this.#clock = clock;
    for (const [name, pool] of Object.entries(pools)) this.#stocks.set(name, { pool, taken: 0, starts: [] });
  }

  get taken(): number {
    return this.#taken;
  }

  /** What is wanted, if it is there and nobody who came before waits for any of it, else `undefined`. */
  tryTake(wants = A_SLOT): Release | undefined {
    return this.#waiting === 0 || !this.#isContended(wants) ? this.#grant(wants) : undefined;
  }

  /** The first pool that lacks what is wanted; `undefined`: it is the slot. */
  lacking(wants: Wants): string | undefined {
    return Object.entries(wants.pools ?? {}).find(([name, weight]) => !this.#has(name, weight))?.[0];
  }

  /** Takes the last place in the line; it is served at once where {@link tryTake} would have what is wanted. */
  lineUp(wants = A_SLOT): Place {
    const place = new Place(this.#tickets++, this);
    const release = this.tryTake(wants);
    if (release !== undefined) {
      place.serve(release);
      return place;
    }
    this.#laneOf(wants).places.push(place);
    this.#waiting += 1;
    if (this.#stocks.size > 0) this.#watchRates();
    return place;
  }

  /** Somebody has given up a place that was not served: what it alone kept from others is theirs now. */
  left(): void {
    this.#waiting -= 1;
    if (this.#stocks.size > 0 && this.#waiting > 0) this.#clock.soon(() => this.#handOut());
  }

  /** Whether somebody waits who must come first: for a slot alone where one is wanted, or for one of the same pools. */
  #isContended(wants: Wants): boolean {
    const claims = new Claims();
    for (const lane of this.#inOrder()) claims.add(lane.wants, this.lacking(lane.wants) !== undefined);
    return claims.stopsThose(wants);
  }

  #grant(wants: Wants): Release | undefined {
    if ((wants.slot && this.#taken >= this.size) || this.lacking(wants) !== undefined) return undefined;
    if (wants.slot) this.#taken += 1;
    for (const [name, weight] of Object.entries(wants.pools ?? {})) {
      const stock = this.#stocks.get(name);
      if (stock?.pool.type === 'size') stock.taken += weight;
      else for (let count = 0; count < weight; count += 1) stock?.starts.push(this.#clock.now());
    }
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (this.#waiting === 0) this.#putBack(wants);
      else
        this.#clock.soon(() => {
          this.#putBack(wants);
          this.#handOut();
        });
    };
  }

  #putBack(wants: Wants): void {
    if (wants.slot) this.#taken -= 1;
    for (const [name, weight] of Object.entries(wants.pools ?? {})) {
      const stock = this.#stocks.get(name);
      if (stock?.pool.type === 'size') stock.taken -= weight;
    }
  }

  /** Serves those who wait, the first ones first; nobody is overtaken by one who wants any of the same. */
  #handOut(): void {
    while (this.#serveOne());
    this.#watchRates();
  }

  #serveOne(): boolean {
    const claims = new Claims();
    for (const lane of this.#inOrder()) {
      const release = claims.stopsThose(lane.wants) ? undefined : this.#grant(lane.wants);
      const place = this.#first(lane);
      if (release !== undefined && place !== undefined) {
        this.#waiting -= 1;
        place.serve(release);
        return true;
      }
      claims.add(lane.wants, this.lacking(lane.wants) !== undefined);
    }
    return false;
  }

  /** The lanes in which somebody waits, by who came first. */
  #inOrder(): readonly Lane[] {
    const lanes = [...this.#lanes.values()].filter(lane => this.#first(lane) !== undefined);
    if (lanes.length < 2) return lanes;
    return lanes.sort((one, other) => (this.#first(one)?.ticket ?? 0) - (this.#first(other)?.ticket ?? 0));
  }

  #laneOf(wants: Wants): Lane {
    const key = wants.pools === undefined ? String(wants.slot) : JSON.stringify(wants);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { wants, places: [], head: 0 };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #first(lane: Lane): Place | undefined {
    while (lane.places[lane.head]?.isGone) lane.head += 1;
    if (lane.head > 1024 && lane.head * 2 > lane.places.length) {
      lane.places.splice(0, lane.head);
      lane.head = 0;
    }
    return lane.places[lane.head];
  }

  #has(name: string, weight: number): boolean {
    const stock = this.#stocks.get(name);
    if (stock === undefined) return true;
    if (stock.pool.type === 'size') return stock.taken + weight <= stock.pool.size;
    this.#forgetStarts(stock);
    return stock.starts.length + weight <= stock.pool.count;
  }

  #forgetStarts({ pool, starts }: Stock): void {
    if (pool.type !== 'rate') return;
    const since = this.#clock.now() - pool.perMs;
    const first = starts.findIndex(at => at > since);
    starts.splice(0, first === -1 ? starts.length : first);
  }

  /** Wakes up when the oldest start of a rate that somebody waits for leaves its window. */
  #watchRates(): void {
    const dues = this.#inOrder().flatMap(({ wants }) =>
      Object.entries(wants.pools ?? {}).flatMap(([name, weight]) => {
        const { pool, starts = [] } = this.#stocks.get(name) ?? {};
        if (pool?.type !== 'rate' || this.#has(name, weight)) return [];
        return starts[0] === undefined ? [] : starts[0] + pool.perMs;
      }),
    );
    const due = Math.min(...dues);
    if (this.#alarm?.due === due) return;
    this.#alarm?.disarm();
    this.#alarm = undefined;
    if (due === Number.POSITIVE_INFINITY) return;
    const disarm = this.#clock.at(due, () => {
      this.#alarm = undefined;
      this.#handOut();
    });
    this.#alarm = { due, disarm };
  }
}

/** What those who wait keep from those who came after them. */
class Claims {
  #slot = false;
  readonly #pools = new Set<string>();

  /** @param isLacking a pool has too little for it: then it keeps no slot from others. */
  add(wants: Wants, isLacking: boolean): void {
    if (wants.slot && !isLacking && !this.stopsThose(wants)) this.#slot = true;
    for (const name in wants.pools) this.#pools.add(name);
  }

  stopsThose(wants: Wants): boolean {
    if (wants.slot && this.#slot) return true;
    for (const name in wants.pools) if (this.#pools.has(name)) return true;
    return false;
  }
}

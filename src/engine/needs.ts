/** `needs`: which children of a gather may start, as those that they wait for end. */
import type { Outcome, SkipReason } from '../events/outcome.ts';
import { childPath, type Need, type Step } from '../plan/plan.ts';

/** A child whose turn has come: to start, or to be skipped where what it needs did not come. */
export interface Turn {
  readonly child: Step;
  readonly unmet?: SkipReason;
}

/** What a child came to, as far as those know that need it. */
type Came = { readonly outcome: Outcome | undefined; readonly isBackground: boolean };

type UnmetNeed = Extract<SkipReason, { type: 'need' }>;

/** The children of one gather. */
export class Needs {
  readonly #children: readonly Step[];
  readonly #path: string;
  readonly #index = new Map<string, number>();
  readonly #dependents = new Map<string, number[]>();
  /** By index, how many needs a child still waits for. */
  readonly #missing = new Map<number, number>();
  /** By index, children that waited and need wait no longer, in declared order. */
  readonly #freed: number[] = [];
  readonly #came = new Map<string, Came>();
  /** By ids, why children were skipped. */
  readonly #unmetNeeds = new Map<string, UnmetNeed>();
  #next = 0;

  constructor(children: readonly Step[], path: string) {
    this.#children = children;
    this.#path = path;
    if (!children.some(({ needs }) => needs !== undefined)) return;
    for (const [index, { id, needs = [] }] of children.entries()) {
      this.#index.set(id, index);
      const ids = new Set(needs.map(need => need.id));
      if (ids.size > 0) this.#missing.set(index, ids.size);
      for (const need of ids) this.#dependents.set(need, [...(this.#dependents.get(need) ?? []), index]);
    }
  }

  /** The next child in declared order that waits for nobody; `undefined` while there is none. */
  next(): Turn | undefined {
    while (this.#missing.has(this.#next)) this.#next += 1;
    const [freed = Number.POSITIVE_INFINITY] = this.#freed;
    const index = Math.min(this.#next, freed);
    const child = this.#children[index];
    if (child === undefined) return undefined;
    if (index === freed) this.#freed.shift();
    if (index === this.#next) this.#next += 1;
    const unmet = this.#unmet(child);
    return unmet === undefined ? { child } : { child, unmet };
  }

  /** The next child in declared order, whatever it waits for. */
  rest(): Turn | undefined {
    for (const index of this.#missing.keys()) this.#free(index);
    this.#missing.clear();
    const [freed = Number.POSITIVE_INFINITY] = this.#freed;
    while (this.#children[this.#next]?.needs !== undefined) this.#next += 1;
    const index = Math.min(this.#next, freed);
    const child = this.#children[index];
    if (child === undefined) return undefined;
    if (index === freed) this.#freed.shift();
    if (index === this.#next) this.#next += 1;
    return { child };
  }

  /** A child has its final state. */
  ended(child: Step, outcome: Outcome): void {
    this.#settle(child, { outcome, isBackground: child.background });
  }

  /** Whether a child waits for this one. */
  isAwaited({ id }: Step): boolean {
    return this.#dependents.has(id);
  }

  /** A background child is ready. Those that wait for its end still do. */
  ready(child: Step): void {
    this.#settle(child, { outcome: undefined, isBackground: true });
  }

  /** Whether a child waits for the end of this one, whatever or how bad that is. */
  awaitsEnd({ id }: Step): boolean {
    return (this.#dependents.get(id) ?? []).some(index => this.#isForEnd(index, id));
  }

  /** The siblings that a child needs, and those that they need, in declared order. */
  before(child: Step): readonly Step[] {
    const found = new Set<number>();
    const add = ({ needs = [] }: Step) => {
      for (const { id } of needs) {
        const index = this.#index.get(id);
        const sibling = index === undefined ? undefined : this.#children[index];
        if (index === undefined || sibling === undefined || found.has(index)) continue;
        found.add(index);
        add(sibling);
      }
    };
    add(child);
    return [...found].sort((one, other) => one - other).flatMap(index => this.#children[index] ?? []);
  }

  #settle({ id }: Step, came: Came): void {
    const waiting = this.#dependents.get(id);
    if (waiting === undefined) return;
    this.#came.set(id, came);
    const isGoingOn = came.outcome === undefined;
    const stillWaiting = isGoingOn ? waiting.filter(index => this.#isForEnd(index, id)) : [];
    if (stillWaiting.length > 0) this.#dependents.set(id, stillWaiting);
    else this.#dependents.delete(id);
    for (const index of waiting) {
      if (stillWaiting.includes(index)) continue;
      const missing = this.#missing.get(index);
      // Once the gather is closed, nobody waits any more.
      if (missing === undefined) continue;
      if (missing > 1) this.#missing.set(index, missing - 1);
      else {
        this.#missing.delete(index);
        this.#free(index);
      }
    }
  }

  /** Whether the child at an index needs the end of the sibling, not its success. */
  #isForEnd(index: number, sibling: string): boolean {
    return this.#children[index]?.needs?.some(({ id, when }) => id === sibling && when !== 'succeeded') ?? false;
  }

  #free(index: number): void {
    const at = this.#freed.findIndex(other => other > index);
    this.#freed.splice(at === -1 ? this.#freed.length : at, 0, index);
  }

  /** Why a child whose needs have all come to an end is not started. */
  #unmet({ id, needs = [] }: Step): SkipReason | undefined {
    const need = needs.find(one => !isMet(one, this.#came.get(one.id)));
    if (need === undefined) return undefined;
    const reason = this.#whyUnmet(need);
    this.#unmetNeeds.set(id, reason);
    return reason;
  }

  /** Whose failure is needed is the end of the chain: why it was skipped explains nothing. */
  #whyUnmet({ id, when }: Need): UnmetNeed {
    const step = childPath(this.#path, id);
    if (when === 'failed') return { type: 'need', steps: [step], when };
    const further = this.#unmetNeeds.get(id);
    return further === undefined ? { type: 'need', steps: [step] } : { ...further, steps: [step, ...further.steps] };
  }
}

/** A background sibling is not waited for: it meets once it is ready. */
function isMet({ when }: Need, came: Came | undefined): boolean {
  if (came === undefined) return false;
  const { outcome, isBackground } = came;
  switch (when) {
    case 'ended':
      return outcome !== undefined;
    case 'failed':
      return outcome?.state === 'failed';
    case 'succeeded':
      if (outcome === undefined) return isBackground;
      if (outcome.state === 'skipped') return ['if', 'left-out'].includes(outcome.reason.type);
      return outcome.state === 'succeeded' || (outcome.state === 'failed' && outcome.allowed === true);
    default:
      return when satisfies never;
  }
}

/** Random trees of steps for property tests. */
import fc from 'fast-check';
import type { Address } from '../../src/plan/address.ts';
import { childPath, childrenOf, type FailFast, type Step, type StepCommon } from '../../src/plan/plan.ts';
import { any, forEach, gather, leaf, need, sleep, steps } from './steps.ts';

export const ms = (max: number) => fc.integer({ min: 0, max });
/** From 0 to 1, evenly: most of what `fc.double` makes is next to 0. */
export const share = fc.integer({ min: 0, max: 1000 }).map(thousandths => thousandths / 1000);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });
const compact = (modifiers: object) =>
  Object.fromEntries(Object.entries(modifiers).filter(([, value]) => value !== undefined)) as Partial<StepCommon>;

const behaviour = fc.record({
  durationMs: ms(300),
  exitCode: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
  stopMs: ms(50),
});

const modifiers = fc
  .record({
    timeoutMs: optional(fc.integer({ min: 1, max: 400 })),
    allowFailure: fc.boolean(),
    background: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    retry: optional(
      fc.record({
        times: fc.integer({ min: 0, max: 3 }),
        delayMs: ms(60),
        factor: fc.constantFrom(1, 2),
        maxDelayMs: fc.constant(100),
        jitter: fc.constantFrom('none' as const, 'full' as const),
      }),
    ),
    every: optional(
      fc.record({
        intervalMs: fc.integer({ min: 20, max: 200 }),
        times: fc.integer({ min: 1, max: 4 }),
        overlap: fc.constant('skip' as const),
      }),
    ),
    // It is ready from a time on, which is told by the port: see `reachAt`.
    ready: fc.option(
      fc.record({
        probe: fc.record({ type: fc.constant('tcp' as const), address: fc.integer({ min: 1, max: 600 }).map(String) }),
        everyMs: fc.integer({ min: 20, max: 100 }),
        timeoutMs: fc.integer({ min: 50, max: 600 }),
      }),
      { nil: undefined, freq: 2 },
    ),
  })
  .map(({ ready, ...rest }) => compact({ ...rest, ...(rest.background && rest.every === undefined ? { ready } : {}) }));

/** How the addresses of `ready` answer. */
export const reachAt = ({ port }: Address, t: number) => (t < port ? { afterMs: 5, refusal: 'no' } : { afterMs: 5 });

const width = fc
  .record({
    limit: optional(fc.integer({ min: 1, max: 3 })),
    failFast: fc.constantFrom<FailFast>(true, false, 'soon'),
    tolerate: optional(
      fc.oneof(
        fc.record({ type: fc.constant('count' as const), count: fc.integer({ min: 0, max: 2 }) }),
        fc.record({ type: fc.constant('percent' as const), percent: fc.constantFrom(10, 50, 100) }),
      ),
    ),
  })
  .map(compact) as fc.Arbitrary<NonNullable<Parameters<typeof gather>[2]>>;

/** For each child of a gather: how far before it the sibling stands that it needs, if any. */
const needs = fc.array(
  optional(fc.tuple(ms(3), fc.constantFrom('succeeded' as const, 'failed' as const, 'ended' as const))),
  {
    maxLength: 4,
  },
);

/** Trees whose ids are the positions; some have a `finally` of leaves. */
export const tree = fc.letrec<{ step: Step }>(tie => ({
  step: fc
    .tuple(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.tuple(
          fc.constant('leaf' as const),
          fc.oneof(behaviour, fc.array(behaviour, { minLength: 1, maxLength: 3 })),
        ),
        fc.tuple(fc.constant('sleep' as const), fc.oneof(ms(300), fc.constant('forever' as const))),
        fc.tuple(fc.constant('steps' as const), fc.array(tie('step'), { maxLength: 4 })),
        fc.tuple(fc.constant('gather' as const), fc.array(tie('step'), { maxLength: 4 }), width, needs),
        fc.tuple(fc.constant('any' as const), fc.array(tie('step'), { minLength: 1, maxLength: 3 })),
        fc.tuple(fc.constant('forEach' as const), tie('step'), width, ms(4)),
      ),
      modifiers,
      optional(fc.array(behaviour, { minLength: 1, maxLength: 2 })),
    )
    .map(([body, common, lastly]) => {
      const all = {
        ...common,
        ...(lastly === undefined
          ? {}
          : { finally: { steps: numbered(lastly.map(each => leaf('', each))), timeoutMs: 100 } }),
      };
      switch (body[0]) {
        case 'leaf':
          return leaf('', body[1], all);
        case 'sleep':
          return sleep('', body[1], all);
        case 'steps':
          return steps('', numbered(body[1]), all);
        case 'gather': {
          const [, children, atOnce, needed] = body;
          return gather('', withNeeds(numbered(children), needed), { ...all, ...atOnce });
        }
        case 'any':
          return any('', numbered(body[1].map(foreground)), all);
        case 'forEach': {
          const [, each, atOnce, count] = body;
          return aroundCopies(each, count, { ...all, ...atOnce });
        }
        default:
          return body[0] satisfies never;
      }
    }),
})).step;

/** The step where it cannot be in the background. */
export function foreground({ ready: _, ...step }: Step): Step {
  return { ...step, background: false };
}

/** As the loader parts the modifiers between the forEach and its copies. */
function aroundCopies(each: Step, count: number, modifiers: NonNullable<Parameters<typeof forEach>[3]>): Step {
  const { timeoutMs: _t, retry: _r, every: _e, allowFailure: _a, ...ofAll } = modifiers;
  const { finally: _f, ...copy } = each;
  // A gather or forEach is wrapped; so may the others be.
  const body = each.type === 'gather' || each.type === 'forEach' ? steps('', numbered([each])) : copy;
  const { ready: _y, ...around } = ofAll;
  return forEach('', count, foreground(body as Step), around);
}

function withNeeds(
  children: readonly Step[],
  needed: readonly ([number, 'succeeded' | 'failed' | 'ended'] | undefined)[],
) {
  return children.map((child, index) => {
    const [before, when] = needed[index] ?? [];
    const id = index - (before ?? 0);
    return before === undefined || before === 0 || id < 1 ? child : { ...child, needs: [need(String(id), when)] };
  });
}

function numbered(children: readonly Step[]): Step[] {
  return children.map((child, index) => ({ ...child, id: String(index + 1) }));
}

/** What the place of a step in a tree means. */
export interface Place {
  readonly slotless: boolean;
  readonly repeated: boolean;
  /** It is a copy of a forEach, or is inside of one: where the copy never starts, its steps are not told. */
  readonly inCopy: boolean;
}

/** Every path below and with the step, with what its place means. */
export function paths(
  step: Step,
  path: string,
  place: Place = { slotless: false, repeated: false, inCopy: false },
): [string, Step, Place][] {
  const here = { ...place, slotless: place.slotless || step.background };
  const inside = { ...here, repeated: here.repeated || step.retry !== undefined || step.every !== undefined };
  return [
    [path, step, here],
    ...childrenOf(step).flatMap(child => paths(child, childPath(path, child.id), inside)),
    ...copiesOf(step).flatMap(copy => paths(copy, childPath(path, copy.id), { ...inside, inCopy: true })),
    ...(step.finally?.steps ?? []).flatMap(child =>
      paths(child, childPath(childPath(path, 'finally'), child.id), { ...here, slotless: true }),
    ),
  ];
}

function copiesOf(step: Step): Step[] {
  if (step.type !== 'forEach' || step.items.type !== 'product') return [];
  const [list] = step.items.lists;
  const count = list?.list.type === 'values' ? list.list.values.length : 0;
  return Array.from({ length: count }, (_, index) => ({ ...step.each, id: `[${index + 1}]` }));
}

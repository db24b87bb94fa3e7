/** Random trees of steps for property tests. */
import fc from 'fast-check';
import { childPath, childrenOf, type Step, type StepCommon } from '../../src/plan/plan.ts';
import { gather, leaf, sleep, steps } from './steps.ts';

export const ms = (max: number) => fc.integer({ min: 0, max });
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
  })
  .map(compact);

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
        fc.tuple(
          fc.constant('gather' as const),
          fc.array(tie('step'), { maxLength: 4 }),
          optional(fc.integer({ min: 1, max: 3 })),
          fc.boolean(),
        ),
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
        default: {
          const [, children, limit, failFast] = body;
          return gather('', numbered(children), { ...all, failFast, ...(limit === undefined ? {} : { limit }) });
        }
      }
    }),
})).step;

function numbered(children: readonly Step[]): Step[] {
  return children.map((child, index) => ({ ...child, id: String(index + 1) }));
}

/** Every path below and with the step, with what its place means. */
export function paths(
  step: Step,
  path: string,
  place = { slotless: false, repeated: false },
): [string, Step, typeof place][] {
  const here = { slotless: place.slotless || step.background, repeated: place.repeated };
  const inside = { ...here, repeated: here.repeated || step.retry !== undefined || step.every !== undefined };
  return [
    [path, step, here],
    ...childrenOf(step).flatMap(child => paths(child, childPath(path, child.id), inside)),
    ...(step.finally?.steps ?? []).flatMap(child =>
      paths(child, childPath(childPath(path, 'finally'), child.id), { ...here, slotless: true }),
    ),
  ];
}

// What the engine itself costs: steps whose executor ends at once, steps that wait, and the copies of a forEach.
import { bundled } from '../harness/bundled.mjs';
import { atMost, table } from '../harness/finding.mjs';
import { inTurns, median } from '../harness/rounds.mjs';

export const about = '100 000 steps of an executor that ends at once; as many that wait; 1 000 000 copies of a forEach';
export const minutes = 2;

export async function measure({ rounds = 5, scratch }) {
  const engine = await bundled('engine', scratch);
  const samples = await inTurns(
    {
      steps: () => engine('steps', 100_000),
      waiting: () => engine('waiting', 100_000),
      copies: () => engine('copies', 1_000_000),
    },
    { rounds, warmUp: false },
  );
  const of = name => new Map([[name, samples.get(name)]]);
  const the = (name, figure) => median(samples.get(name).map(figure));
  return [
    table('100 000 steps of a gather, 64 at once', of('steps'), {
      figure: ({ cpuUs }) => cpuUs,
      unit: 'CPU µs a step',
      also: { 'µs a step': ({ us }) => us },
      goals: [
        atMost(
          '≤ 20 µs of CPU a step',
          20,
          the('steps', ({ cpuUs }) => cpuUs),
        ),
      ],
    }),
    table('100 000 steps that wait for a slot', of('waiting'), {
      figure: ({ bytes }) => bytes,
      unit: 'bytes a step',
      goals: [
        atMost(
          '≤ 1 KB a waiting step',
          1024,
          the('waiting', ({ bytes }) => bytes),
        ),
      ],
    }),
    table('1 000 000 copies of a forEach', of('copies'), {
      figure: ({ rssMiB }) => rssMiB,
      unit: 'MiB at most',
      also: { 'µs a copy': ({ us }) => us },
      goals: [
        atMost(
          'RSS < 150 MB',
          150,
          the('copies', ({ rssMiB }) => rssMiB * 1.048576),
        ),
      ],
    }),
  ];
}

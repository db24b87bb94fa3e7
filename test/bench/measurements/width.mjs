// Whether a step costs the same in a wide gather as in a narrow one.
import { bundled } from '../harness/bundled.mjs';
import { atMost, table } from '../harness/finding.mjs';
import { inTurns, ratio } from '../harness/rounds.mjs';

export const about = 'engine time a step of a gather of 100, 1000, 10 000 and 100 000 children';
export const minutes = 1;

export async function measure({ rounds = 9, scratch }) {
  const engine = await bundled('engine', scratch);
  const widths = [100, 1000, 10_000, 100_000];
  const samples = await inTurns(Object.fromEntries(widths.map(width => [`${width}`, () => engine('width', width)])), {
    rounds,
  });
  // Of the processor: a machine that is busy with others makes the long ones of these wait more.
  const us = sample => sample.cpuUs;
  return [
    table('time a step by width', samples, {
      figure: us,
      unit: 'CPU µs a step',
      reference: '100',
      also: { 'µs a step': ({ us }) => us },
      goals: [
        atMost('100 000 wide < 1.2 × a step of 100', 1.2, ratio(samples, '100000', '100', us)),
        atMost('100 000 wide < 1.2 × a step of 1000', 1.2, ratio(samples, '100000', '1000', us)),
      ],
    }),
  ];
}

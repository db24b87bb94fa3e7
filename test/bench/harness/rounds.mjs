// Measures contestants in turns, so that whatever else the machine does meets all of them.

/**
 * Each contestant once a round, A B C A B C …, after one round that is thrown away.
 * @param contestants functions by name, each resolving with a sample: an object of figures
 * @returns the samples of each by name, in the order of the rounds
 */
export async function inTurns(contestants, { rounds, warmUp = true }) {
  const samples = new Map(Object.keys(contestants).map(name => [name, []]));
  for (let round = warmUp ? -1 : 0; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(contestants)) {
      const sample = await measure();
      if (round >= 0) samples.get(name).push(sample);
    }
  }
  return samples;
}

export function median(figures) {
  return quantile(figures, 0.5);
}

export function quantile(figures, part) {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [low = Number.NaN, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * How many times the figure of `one` is that of `other`: the median of the ratios of each round, as what disturbs a round
 * disturbs both. Undefined where one of them did not take part.
 */
export function ratio(samples, one, other, figure) {
  const [above, below] = [samples.get(one), samples.get(other)];
  if (above === undefined || below === undefined) return undefined;
  return median(above.map((sample, round) => figure(sample) / figure(below[round])));
}

// How fast the output of one command gets into its log, and through the prefixes of the plain reporter.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, atMost, table } from '../harness/finding.mjs';
import { BIN } from '../harness/here.mjs';
import { timed } from '../harness/process.mjs';
import { inTurns, median, ratio } from '../harness/rounds.mjs';

export const about = '1 GiB of lines of one command into its log, and shown with prefixes, beside `child | cat > file`';
export const minutes = 4;
const MIB = 1024;

export async function measure({ rounds = 3, scratch }) {
  // Lines of 99 characters, in pieces as large as a pipe.
  const line = 'x'.repeat(99);
  const program = `yes ${line} | head -c ${MIB * 1024 * 1024}`;
  const plan = (name, more) => {
    const file = join(scratch, name);
    writeFileSync(file, JSON.stringify({ keep: 1, run: program, ...more }));
    return file;
  };
  const whole = plan('log.json', { maxLog: 2 * MIB * 1024 * 1024 });
  const runjobs = (file, reporter) => () =>
    timed([process.execPath, BIN, file, '--reporter', reporter, '--state-dir', join(scratch, 'state')], {
      to: join(scratch, 'shown'),
      peak: true,
    });
  const samples = await inTurns(
    {
      'child | cat > file': () => timed(['sh', '-c', `{ ${program}; } | cat > '${join(scratch, 'piped')}'`]),
      'into its log (quiet)': runjobs(whole, 'quiet'),
      'prefixed (plain)': runjobs(whole, 'plain'),
    },
    { rounds, warmUp: false },
  );
  const perSecond = ({ ms }) => (MIB * 1000) / ms;
  const times = name => ratio(samples, name, 'child | cat > file', perSecond);
  const rss = name => median(samples.get(name).map(({ rssMiB }) => rssMiB));
  return [
    table('1 GiB of one command', samples, {
      figure: perSecond,
      unit: 'MiB a second',
      reference: 'child | cat > file',
      also: { 'CPU ms': ({ cpuMs }) => cpuMs, 'RSS MiB': ({ rssMiB }) => rssMiB },
      goals: [
        atLeast('into its log ≥ 0.6 × cat', 0.6, times('into its log (quiet)')),
        atLeast('prefixed ≥ 0.3 × cat', 0.3, times('prefixed (plain)')),
        atMost('RSS flat: at most so many MiB for 1 GiB, into its log', 150, rss('into its log (quiet)')),
        atMost('RSS flat: at most so many MiB for 1 GiB, prefixed', 150, rss('prefixed (plain)')),
      ],
    }),
  ];
}

/** Bytes of real files, damaged in every way that fuzzing knows. */
import fc from 'fast-check';

/** What is put into a text: signs of the languages, sizes that are too large, Unicode that is odd, bytes that are none. */
const PIECES: readonly Buffer[] = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    "'",
    '\\',
    '\n',
    '\r',
    '\t',
    ' ',
    '- ',
    '? ',
    '---\n',
    '...\n',
    '%',
    '!',
    '!!binary ',
  ],
  ...[
    '&a ',
    '*a',
    '<<: *a',
    '|',
    '>-',
    '#',
    '@',
    '`',
    '~',
    'null',
    'true',
    'NaN',
    '-0',
    '0x1F',
    '1e999',
    '9'.repeat(400),
  ],
  ...[
    '__proto__',
    'constructor',
    'run',
    'steps',
    'gather',
    'every',
    'finally',
    '"\\ud800"',
    '\\u0000',
    '10s',
    '${A}',
    '$$',
  ],
  ...['\0', '\u001b[2J', '\u0085', '\u2028', '\u202e', '\ufeff', '\ufffd', '\u{10ffff}', 'e\u0301', '👩‍👩‍👧', 'ﬃ', 'İ'],
  ...['['.repeat(3000), '{"a":'.repeat(3000), '- '.repeat(3000), '  '.repeat(3000), 'x'.repeat(100_000), '&a [*a,*a]'],
  ...['{"steps":['.repeat(100), '\n- steps:\n  '.repeat(70)],
].map(text => Buffer.from(text));
const NO_TEXT = [[0xff, 0xfe], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf8], [0x80], [0xe2, 0x82]].map(each =>
  Buffer.from(each),
);

type Change = (bytes: Buffer) => Buffer;

const share = fc.double({ min: 0, max: 1, noNaN: true });
const at = (bytes: Buffer, where: number) => Math.floor(where * bytes.length);
const splice = (bytes: Buffer, from: number, to: number, piece: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)]);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(share, fc.nat(255)).map(
    ([where, byte]): Change =>
      bytes => {
        const from = at(bytes, where);
        return splice(bytes, from, from + 1, Buffer.from([byte]));
      },
  ),
  fc.tuple(share, fc.nat(40)).map(
    ([where, length]): Change =>
      bytes => {
        const from = at(bytes, where);
        return splice(bytes, from, from + length, Buffer.alloc(0));
      },
  ),
  fc.tuple(share, share, fc.nat(60)).map(
    ([where, to, length]): Change =>
      bytes => {
        const from = at(bytes, where);
        return splice(bytes, at(bytes, to), at(bytes, to), bytes.subarray(from, from + length));
      },
  ),
  fc.tuple(share, share, fc.nat(30)).map(
    ([one, other, length]): Change =>
      bytes => {
        const [from, to] = [at(bytes, one), at(bytes, other)].sort((a, b) => a - b) as [number, number];
        const swapped = splice(bytes, to, to + length, bytes.subarray(from, from + length));
        return splice(swapped, from, from + length, bytes.subarray(to, to + length));
      },
  ),
  fc.tuple(share, fc.constantFrom(...PIECES, ...NO_TEXT), fc.nat(8)).map(
    ([where, piece, length]): Change =>
      bytes => {
        const from = at(bytes, where);
        return splice(bytes, from, from + length, piece);
      },
  ),
  share.map(
    (where): Change =>
      bytes =>
        bytes.subarray(0, at(bytes, where)),
  ),
);

/** One of the files with up to four changes. */
export function mutated(files: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([file, changes]) => changes.reduce((bytes, apply) => apply(bytes), file));
}

/** How long a fuzzing test goes on. */
const SECONDS = Number(process.env.FUZZ_SECONDS || 3);
/** A case that takes longer hangs, however slow the machine is. */
const CASE_MS = 10_000;
const ROUND = 20;

/** Tries cases until the time is over; a case that fails is made small and thrown. Tells how many there were. */
export async function fuzz<T>(what: string, cases: fc.Arbitrary<T>, holds: (each: T) => Promise<void>): Promise<void> {
  const endsAt = performance.now() + SECONDS * 1000;
  let tried = 0;
  const property = fc.asyncProperty(cases, async each => {
    const startedAt = performance.now();
    await holds(each);
    tried += 1;
    const tookMs = performance.now() - startedAt;
    if (tookMs > CASE_MS) throw new Error(`took ${Math.round(tookMs)} ms`);
  });
  while (performance.now() < endsAt) await fc.assert(property, { numRuns: ROUND, timeout: CASE_MS });
  process.stdout.write(`fuzz: ${tried} ${what} in ${SECONDS} s\n`);
}

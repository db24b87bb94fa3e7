/** Sizes as people write them: `64MiB`, `10MB`, `500kB`; a bare number is bytes. */

/** The spelling of a size. Editors check it too. */
export const SIZE = /^(\d+(?:\.\d+)?)(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?$/;

/** What a size looks like, for messages. */
export const SIZE_WORDS = 'a size such as "64MiB", "10MB" or "2GiB", or a number of bytes';

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** The bytes that a size stands for, whole; undefined when it is no size, or one beyond 2^53. */
export function parseSize(written: string | number): number | undefined {
  const [, count, unit = 'B'] = SIZE.exec(String(written)) ?? [];
  const bytes = Math.round(Number(count) * (UNITS[unit] ?? Number.NaN));
  return bytes <= Number.MAX_SAFE_INTEGER ? bytes : undefined;
}

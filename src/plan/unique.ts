/** Names of which no two are the same, for what is made beside what others may be making. */

/**
 * So many random hexadecimal digits; no secret. V8 seeds its numbers from the system, anew for each process; node:crypto
 * would take a short run 2 ms to load.
 */
export function uniqueDigits(count: number): string {
  let digits = '';
  while (digits.length < count)
    digits += Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return digits.slice(0, count);
}

/** Any value that JSON can hold. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether JavaScript cannot tell this number from its neighbours. */
export function isInexact(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** The end of a variable's name that a member or column gives: what may stand in no name becomes `_`. */
export function asName(key: string): string {
  return key.replace(/[^A-Za-z0-9_]/gu, '_');
}

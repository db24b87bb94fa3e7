/** Whether the user wants colours. */

/** NO_COLOR and FORCE_COLOR as everywhere (no-color.org, force-color.org). @param where there are colours when neither is set. */
export function hasColour(where: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return where && (NO_COLOR === undefined || NO_COLOR === '');
}

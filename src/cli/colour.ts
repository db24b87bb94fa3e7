/** Whether the user wants colours. */

/** NO_COLOR and FORCE_COLOR as everywhere (no-color.org, force-color.org). */
export function hasColour(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return NO_COLOR === undefined || NO_COLOR === '';
}

/** Whether the test of an `if` is a condition in the language of another tool, which a shell would take for "no". */

/** `success()`, `!failure()`, `${{ … }}`, `github.ref == 'x'`, `OS != "linux"`; in a shell a comparison begins with a command. */
const FOREIGN =
  /^\s*(?:!?\s*(?:success|failure|always|cancelled|contains|startsWith)\s*\(|\$\{\{|\$?\{?[\w.-]+\}?\s*[=!]=\s)/;

export function isForeignTest(script: string): boolean {
  return FOREIGN.test(script);
}

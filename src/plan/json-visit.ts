/** Visits a JSON text with jsonc-parser, which tells offsets and recovers from errors. */
// Its main file is UMD, which cannot be bundled.
import { type JSONVisitor, visit } from 'jsonc-parser/lib/esm/main.js';

/** What a visitor throws to end the visit: at a depth that would overflow the stack, or when it has heard enough. */
export const ENOUGH = Symbol('enough');

/** Visits the text up to its end, or until the visitor throws {@link ENOUGH}. */
export function visitJson(text: string, visitor: JSONVisitor): void {
  try {
    visit(text, visitor, { disallowComments: true });
  } catch (thrown) {
    if (thrown !== ENOUGH) throw thrown;
  }
}

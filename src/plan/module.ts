/** Reads a plan that a JavaScript module exports. */
import { pathToFileURL } from 'node:url';
import { describeThrown } from './quote.ts';

/** What the module exports, or why there is nothing. */
export type Imported =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'failed'; readonly message: string; readonly line?: number; readonly column?: number };

/** Imports the module at an absolute path: its default export is the plan. Never rejects. */
export async function importPlan(file: string): Promise<Imported> {
  const { href } = pathToFileURL(file);
  try {
    const module: { default?: unknown } = await import(href);
    if (module.default !== undefined) return { type: 'value', value: module.default };
    return {
      type: 'failed',
      message: 'the module has no default export; write "export default { … }" with the plan in it',
    };
  } catch (error) {
    return {
      type: 'failed',
      message: `the module cannot be loaded: ${describeThrown(error)}`,
      ...placeOf(error, [href, file]),
    };
  }
}

/** Where in the module itself the error arose, as far as its stack tells. */
function placeOf(error: unknown, names: readonly string[]): { line?: number; column?: number } {
  const stack = stackOf(error);
  for (const name of names) {
    const at = stack.indexOf(`${name}:`);
    const place = at === -1 ? undefined : /^:(\d+)(?::(\d+))?/.exec(stack.slice(at + name.length));
    if (place) return { line: Number(place[1]), column: Number(place[2] ?? 1) };
  }
  return {};
}

/** Empty where there is none, or where asking for it throws. */
function stackOf(error: unknown): string {
  try {
    const stack: unknown = error instanceof Error ? error.stack : undefined;
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}

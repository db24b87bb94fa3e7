/** Reads a plan that a JavaScript module exports. */
import { pathToFileURL } from 'node:url';
import { escapeUnsafe } from './quote.ts';

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
      message: `the module cannot be loaded: ${describe(error)}`,
      ...placeOf(error, [href, file]),
    };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return escapeUnsafe(String(error));
  const [firstLine = ''] = error.message.split('\n');
  return escapeUnsafe(`${error.name}: ${firstLine}`);
}

/** Where in the module itself the error arose, as far as its stack tells. */
function placeOf(error: unknown, names: readonly string[]): { line?: number; column?: number } {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const name of names) {
    const at = stack.indexOf(`${name}:`);
    const place = at === -1 ? undefined : /^:(\d+)(?::(\d+))?/.exec(stack.slice(at + name.length));
    if (place) return { line: Number(place[1]), column: Number(place[2] ?? 1) };
  }
  return {};
}

/** Makes the parts of a `multipart` body. */
import type { TextOf } from './build-data.ts';
import type { HttpInput, PartInput } from './http-input.ts';
import type { HttpPart } from './http-step.ts';
import type { Path } from './source.ts';

/** In the order of the file; of a list each one with its name. */
export function partsOf(parts: NonNullable<HttpInput['multipart']>, path: Path, textOf: TextOf): readonly HttpPart[] {
  return Object.entries(parts).flatMap(([name, part]) => {
    const at = [...path, name];
    if (!Array.isArray(part)) return [partOf(name, part as PartInput, at, textOf)];
    return part.map((one, index) => partOf(name, one, [...at, index], textOf));
  });
}

function partOf(name: string, part: PartInput, path: Path, textOf: TextOf): HttpPart {
  if (typeof part !== 'object') return { type: 'text', name, text: textOf(part, path) };
  const type = part.type === undefined ? {} : { contentType: part.type };
  if ('value' in part) return { type: 'text', name, text: textOf(part.value, [...path, 'value']), ...type };
  const fileName = part.name === undefined ? {} : { fileName: part.name };
  return { type: 'file', name, path: part.file, ...fileName, ...type };
}

/** The variables that a step of a plan saves. */
import type { Save } from './plan.ts';

export function namesSaved(save: Save | undefined): readonly string[] {
  switch (save?.type) {
    case undefined:
      return [];
    case 'output':
      return [save.name];
    case 'parts':
      return Object.keys(save.parts);
    case 'file':
      return save.names;
    default:
      return save satisfies never;
  }
}

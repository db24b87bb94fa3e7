/** The texts of a leaf step as they are carried out: with their variables in them. */
import type { LeafStep } from '../plan/plan.ts';
import { finalCommand } from './final-command.ts';
import { finalRequest } from './final-http.ts';
import type { Variables } from './variables.ts';

/**
 * The step with every `${NAME}` outside shell code replaced.
 * @throws {Unexpandable} when a name has no value and no default, or a value cannot stand where it should.
 */
export function finalTexts(step: LeafStep, variables: Variables): LeafStep {
  const text = (value: string) => variables.expand(value);
  switch (step.type) {
    case 'run':
      return {
        ...step,
        ...finalCommand(step, text),
        ...(step.saveTo === undefined ? {} : { saveTo: text(step.saveTo) }),
      };
    case 'http':
      return {
        ...step,
        ...finalRequest(step, variables),
        ...(step.saveTo === undefined ? {} : { saveTo: text(step.saveTo) }),
      };
    default:
      return step satisfies never;
  }
}

/** Inputs that nobody would see: variables of the same name stand nearer than those who give them. */
import { quoteText } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';
import { namesIn } from './variables.ts';

/** What stands nearer. */
export interface Nearer {
  readonly step: Raw;
  /** Whether its `envFile` sets the name, as far as that is known. */
  readonly isInFiles: (name: string) => boolean;
  /** Where it stands, seen from the inputs. */
  readonly where: 'beside it' | 'at the root';
}

/** @param path of the inputs. A variable that is made of the input, as `TAG: "v${TAG}"`, hides nothing. */
export function hiddenInputFindings(inputs: unknown, path: Path, { step, isInFiles, where }: Nearer): Finding[] {
  if (!isRaw(inputs)) return [];
  const env = isRaw(step.env) ? step.env : {};
  return Object.keys(inputs).flatMap((name): Finding[] => {
    const hiding = Object.hasOwn(env, name) ? !isMadeOf(env[name], name) && 'env' : isInFiles(name) && 'envFile';
    if (!hiding) return [];
    const made = hiding === 'env' ? `, or make it of what is given: "\${${name}}"` : '';
    const what = `the ${hiding} ${where} sets ${quoteText(name)}, too, which would hide what is given`;
    return [{ message: `${what}; rename one of them${made}`, path: [...path, name], at: 'key' }];
  });
}

function isMadeOf(value: unknown, name: string): boolean {
  return typeof value === 'string' && namesIn(value).some(one => one.name === name);
}

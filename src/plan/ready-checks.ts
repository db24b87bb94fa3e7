/** The rules of `ready`: what can be waited for, and by exactly one kind of probe. */
import { httpFindings } from './http-checks.ts';
import { listed } from './quote.ts';
import { isRaw, type ListKey, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';

/** What is said where a line is waited for that nobody prints. */
export const NO_LOG = 'a group prints nothing itself; expected http, tcp or run in the place of log';

const PROBES = ['http', 'tcp', 'log', 'run'] as const;

/**
 * What is wrong with the `ready` of the step at a path, which stands in a list of that kind. Values of a wrong type are passed over.
 * @param place with whether there is a `baseUrl` around it.
 */
export function readyFindings(
  step: Raw,
  path: Path,
  { list, hasBase }: { readonly list: ListKey | 'root'; readonly hasBase: boolean },
): { readonly errors: Finding[]; readonly warnings: Finding[] } {
  const { ready } = step;
  if (ready === undefined) return { errors: [], warnings: [] };
  const at = [...path, 'ready'];
  const fault = placeFault(step, list);
  const errors: Finding[] = fault === undefined ? [] : [{ message: fault, path: at, at: 'key' }];
  if (!isRaw(ready)) return { errors, warnings: [] };
  const [first, second, ...more] = PROBES.filter(probe => ready[probe] !== undefined);
  if (first === undefined) errors.push({ message: `no probe: add one of ${PROBES.join(', ')}`, path: at, at: 'value' });
  if (first !== undefined && second !== undefined) {
    const message = `${listed([first, second, ...more], 'and')} exclude each other; keep one of them`;
    errors.push({ message, path: [...at, second], at: 'key' });
  }
  if (ready.log !== undefined) errors.push(...logFindings(step, ready, at));
  const { errors: ofHttp, warnings } = httpFindings(ready.http, [...at, 'http'], hasBase);
  return { errors: [...errors, ...ofHttp], warnings };
}

/** Why nobody can wait until this step is ready. */
function placeFault(step: Raw, list: ListKey | 'root'): string | undefined {
  if (list === 'root') return 'the plan itself has nobody who waits until it is ready; set it on a step of a group';
  if (list === 'any') return 'in an any nobody waits until a step is ready; take it out, or put it around the any';
  if (step.background !== true) {
    return 'whoever follows this step waits for its end; add "background": true to wait until it is ready, or take it out';
  }
  if (step.forEach !== undefined) {
    return 'copies are not ready one by one; wrap the forEach: {"background": true, "ready": …, "steps": [{"forEach": …}]}';
  }
  if (step.every !== undefined)
    return 'ready is for a step that stays, every for one that comes again; keep one of them';
  return undefined;
}

function logFindings({ run, http, use }: Raw, { every }: Raw, path: Path): Finding[] {
  const found: Finding[] = [];
  // Of what is used, see `use-checks.ts`.
  if (run === undefined && http === undefined && use === undefined) {
    found.push({ message: NO_LOG, path: [...path, 'log'], at: 'key' });
  }
  if (every !== undefined) {
    const message = 'each line is looked at as it comes; take every out, it goes with http, tcp and run';
    found.push({ message, path: [...path, 'every'], at: 'key' });
  }
  return found;
}

/** The rules of the keys for steps that many machines may carry out. */
import { quoteText } from './quote.ts';
import type { Raw } from './raw.ts';
import { ROOT_LABEL } from './remote.ts';
import type { Finding, Path } from './source.ts';

/** Checks the step at `path`. Values of a wrong type are passed over. */
export function remoteFindings({ interactive, runsOn, envFromWorker }: Raw, path: Path): Finding[] {
  const findings: Finding[] = [];
  if (interactive === true && runsOn !== undefined && runsOn !== ROOT_LABEL) {
    const message = 'an interactive step has the terminal of the run itself, and no worker has one; take runsOn out';
    findings.push({ message, path: [...path, 'runsOn'], at: 'key' });
  }
  for (const [index, name] of (Array.isArray(envFromWorker) ? envFromWorker : []).entries()) {
    if (typeof name !== 'string' || !name.startsWith('RUNJOBS_')) continue;
    const message = `${quoteText(name)} is kept for runjobs, and no worker gives it away; take it out`;
    findings.push({ message, path: [...path, 'envFromWorker', index], at: 'value' });
  }
  return findings;
}

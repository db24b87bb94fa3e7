/** Makes what a plan says of the readiness of a step: its defaults filled in. */
import type { CommandOf } from './build-data.ts';
import { ms } from './build-modifiers.ts';
import type { ReadyInput } from './input.ts';
import type { HttpStep, Probe, Ready } from './plan.ts';

/** Makes the step of a request that belongs to another step. */
export type RequestStepOf = (http: NonNullable<ReadyInput['http']>) => HttpStep;

/** What a probe that is stopped is granted: it has nothing to tidy up. */
const GRACE_MS = 1000;

export function readyOf(ready: ReadyInput, commandOf: CommandOf, requestOf: RequestStepOf): Ready {
  return {
    probe: probeOf(ready, commandOf, requestOf),
    ...(ready.every === undefined ? {} : { everyMs: ms(ready.every) }),
    timeoutMs: ms(ready.timeout ?? 60),
  };
}

function probeOf({ http, tcp, log, run }: ReadyInput, commandOf: CommandOf, requestOf: RequestStepOf): Probe {
  if (http !== undefined) return { type: 'http', request: requestOf(http) };
  if (tcp !== undefined) return { type: 'tcp', address: String(tcp) };
  if (log !== undefined) return { type: 'log', pattern: log };
  // How the service is stopped is no way to stop who asks after it.
  return { type: 'run', command: { ...commandOf(run ?? ''), stop: { signal: 'SIGTERM', graceMs: GRACE_MS } } };
}

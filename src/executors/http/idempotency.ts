/** The key by which a server knows a request again that is sent twice: the same in all attempts, and in a resumed run. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { HttpStep } from '../../plan/plan.ts';
import { sha256 } from '../../plan/sha256.ts';

/** The header of a step that asks for one. It is derived, so that it need not be kept: from run, step and ticks. */
export function idempotencyHeader(
  { idempotencyKey }: HttpStep,
  place: Pick<ExecuteContext, 'env' | 'path' | 'ticks'>,
): { 'idempotency-key'?: string } {
  if (idempotencyKey === undefined) return {};
  if (idempotencyKey !== true) return { 'idempotency-key': idempotencyKey };
  const about = JSON.stringify([place.env.RUNJOBS_RUN, place.path, place.ticks]);
  const hex = sha256(about);
  // In the form of a UUID of version 8, which some servers ask for.
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return { 'idempotency-key': parts.join('-') };
}

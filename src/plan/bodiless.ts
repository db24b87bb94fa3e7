/** Answers that have no body by their kind, whatever their headers say (RFC 9110, 6.4.1). */
import type { LeafStep } from './plan.ts';

const STATUSES: readonly number[] = [204, 304];

/** Of one answer. */
export function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || STATUSES.includes(status);
}

/** How an attempt has ended. */
interface Ending {
  readonly state: string;
  readonly status?: number;
}

/** Whether a step has been told nothing that a file could be made of: what was there before stays. */
export function keepsFile(step: LeafStep, { status = 0 }: Ending): boolean {
  return step.type === 'http' && step.paginate === undefined && isBodiless(step.method, status);
}

/** What becomes of a request that must stop. */
import type { Stop } from '../../engine/stop.ts';

/** Thrown where a request that must stop would go on. */
export class CalledOff extends Error {
  constructor() {
    super('The request was called off');
  }
}

/** @throws {CalledOff} when it must stop. */
export function goOnUnless({ cancelled }: Stop): void {
  if (cancelled !== undefined) throw new CalledOff();
}

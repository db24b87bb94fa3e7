/** Standard streams whose terminal is gone by the time the process ends. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { getBuiltinModule } from 'node:process';

const STANDARD = [0, 1, 2];

/**
 * Node gives terminals back as they were when the process ends, and aborts (exit code 134) where one is gone: those are put
 * away first. Call once, at the start.
 */
export function putLostTerminalsAway(): void {
  process.on('exit', () => {
    for (const descriptor of STANDARD) if (mayBeLost(descriptor)) putAway(descriptor);
  });
}

/** Devices that are no terminal may have been one. */
function mayBeLost(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && !getBuiltinModule('node:tty').isatty(descriptor);
  } catch {
    return false;
  }
}

/** Whoever still writes there writes to nothing. */
function putAway(descriptor: number): void {
  try {
    closeSync(descriptor);
    // The lowest that is free.
    openSync('/dev/null', 'r+');
  } catch {
    // Without it, writing fails as before.
  }
}

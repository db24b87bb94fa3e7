/** What a person at the live view can do to the run. */

import { openLogText } from '../journal/log-text.ts';
import { nearer } from '../plan/nearer.ts';
import type { Controls } from '../reporters/controls.ts';
import type { RootRun } from '../root-run.ts';
import { openKeyboard } from './keyboard.ts';
import type { SignalOwner } from './signals.ts';

/** @param run the run, once it is open. Undefined where there is no keyboard. */
export function openControls(
  run: () => Pick<RootRun, 'stop' | 'restart'> | undefined,
  signals: Pick<SignalOwner, 'stopGroup'>,
): Controls | undefined {
  const keyboard = openKeyboard(signals.stopGroup);
  if (keyboard === undefined) return undefined;
  return {
    keyboard,
    // The same as what comes through the control socket.
    stop: step => run()?.stop(step).type === 'stopping',
    restart: step => run()?.restart(step).type === 'stopping',
    openLog(folder, step) {
      const log = openLogText(folder, step);
      const { size, read, close } = log;
      return {
        size,
        read,
        close,
        get path() {
          return nearer(log.path, process.cwd());
        },
      };
    },
  };
}

/** The keys that stand at the root of a plan only. */
import * as z from 'zod/mini';
import { DURATION_WORDS } from './duration.ts';
import { inputsKey, secretsKey } from './schema-data.ts';
import { anyText, duration, expected, flag, key, oneOf, size, text, wholeNumber } from './schema-terms.ts';

const lockName = text(/^(?=\s*\S)[^\0]{1,200}$/, 'a name of at most 200 characters');

export const lockShape = {
  name: key(
    lockName,
    'One lock for all plans of this user on this machine that name it; default: the plan itself. Example: "deploy".',
  ),
  wait: key(
    oneOf(`${DURATION_WORDS}, or "forever"`, [duration, z.literal('forever')]),
    'How long to wait for the run that holds it, default "0s"; then exit code 75. Example: "10m".',
  ),
};

export const rootShape = {
  $schema: key(anyText, 'Where the JSON Schema of job files is, for editors; "runjobs schema" prints it.'),
  slots: key(
    wholeNumber('a whole number, 1 or more', 1),
    'Commands and requests at once in the whole run, default 64. Example: 8.',
  ),
  inputs: inputsKey,
  secrets: secretsKey,
  lock: key(
    oneOf('true, a name, or an object with name and wait', [
      flag,
      lockName,
      z.strictObject(lockShape, expected('an object with name and wait')),
    ]),
    'No second run at the same time: true: of this plan; a name: of all plans of this user that name it. Default false. Example: true or {"name": "deploy", "wait": "10m"}.',
  ),
  keep: key(wholeNumber('a whole number, 0 or more', 0), 'So many ended runs are kept, default 50. Example: 10.'),
  keepBytes: key(size, 'What the kept runs may take on disk, default "1GiB". Example: "100MiB".'),
  maxLog: key(
    size,
    'What the log of one step may hold: its first and its last half, and between them what was left out. Default: no limit. Example: "10MiB".',
  ),
};

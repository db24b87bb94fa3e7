/** The keys of steps that many machines may carry out. */
import { LABEL } from './remote.ts';
import { lazily } from './schema-lazy.ts';
import { flag, key, some, text, variableName } from './schema-terms.ts';

export const remoteShape = lazily({
  runsOn: () =>
    key(
      text(LABEL, 'a label of a-z, 0-9, "_" and "-"'),
      'With --queue: the label of the workers that carry out the commands and requests of this step and of all below it; "root" is the run itself. Default: commands "default", requests "root". Example: "gpu".',
    ),
  idempotent: () =>
    key(
      flag,
      'With --queue: it may be carried out once more where its worker was lost and may have done it. Default false.',
    ),
  envFromWorker: () =>
    key(
      some(variableName, 'an array of variable names'),
      'With --queue: variables that the worker gives to the command from its own environment; their values are in no message, and masked. Example: ["DEPLOY_TOKEN"].',
    ),
});

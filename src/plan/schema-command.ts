/** The keys of commands besides what is run: what they read, what is put before them, and the terminal. */
import * as z from 'zod/mini';
import { lazily } from './schema-lazy.ts';
import { anyText, argument, expected, flag, key, text } from './schema-terms.ts';

const stdinShape = lazily({
  text: () => key(anyText, `This text; \${NAME} is expanded. Example: "yes\\n".`),
  file: () =>
    key(
      text(/^(?=\s*\S)[^\0]+$/, 'the path of a file'),
      `The bytes of this file, relative to the plan's folder; \${NAME} is expanded. Example: "dump.sql".`,
    ),
});

export const stdinKey = () =>
  key(
    z.strictObject(stdinShape, expected('an object with text or file')),
    'What the command reads from its standard input, from the beginning in each attempt; default: nothing. Example: {"file": "dump.sql"} or {"text": "yes\\n"}.',
  );

export const launcherKey = () =>
  key(
    z.array(argument, expected('a program with its arguments, or [] for none')),
    `Put before the command of this step and of all below it; \${NAME} is expanded; an empty array takes it off again. Example: ["srun", "-n1"].`,
  );

export const interactiveKey = () =>
  key(
    flag,
    'It has the terminal to itself while it runs: for password prompts, editors, shells. Not in gather, any, forEach or background. Default false.',
  );

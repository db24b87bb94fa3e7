/** The keys of commands besides what is run: what they read. */
import * as z from 'zod/mini';
import { anyText, expected, key, text } from './schema-terms.ts';

export const stdinShape = {
  text: key(anyText, `This text; \${NAME} is expanded. Example: "yes\\n".`),
  file: key(
    text(/^(?=\s*\S)[^\0]+$/, 'the path of a file'),
    `The bytes of this file, relative to the plan's folder; \${NAME} is expanded. Example: "dump.sql".`,
  ),
};

export const stdinKey = key(
  z.strictObject(stdinShape, expected('an object with text or file')),
  'What the command reads from its standard input, from the beginning in each attempt; default: nothing. Example: {"file": "dump.sql"} or {"text": "yes\\n"}.',
);

/** The keys by which data comes into steps and goes from one to the next: needs, forEach, envFile, save, inputs. */
import * as z from 'zod/mini';
import { lazily, once } from './schema-lazy.ts';
import {
  anyText,
  expected,
  flag,
  key,
  NOT_BLANK,
  oneOf,
  required,
  scalar,
  script,
  some,
  text,
  variableName,
  words,
} from './schema-terms.ts';

const id = once(() => text(/^[a-z0-9_-]+$/, 'the id of a sibling'));

const needShape = lazily({
  id: () => required(id(), 'The sibling. Example: "build".'),
  when: () =>
    key(
      words(['succeeded', 'failed', 'ended'], '"succeeded", "failed" or "ended"'),
      'What it must come to, default "succeeded"; "ended" is whatever it comes to.',
    ),
});

export const needsKey = () =>
  key(
    oneOf('the id of a sibling, an object with id and when, or an array of them', [
      id(),
      z.strictObject(needShape, expected('an object with id and when')),
      some(
        oneOf('an id, or an object with id and when', [
          id(),
          z.strictObject(needShape, expected('an object with id and when')),
        ]),
        'the ids of siblings',
      ),
    ]),
    'Of a child of a gather: the siblings that it waits for, and whose saved variables it sees; if one does not succeed it is skipped. Example: ["build"] or [{"id": "deploy", "when": "failed"}].',
  );

export const ifKey = () =>
  key(
    oneOf('a shell test, or an object of variable names and values', [
      script,
      z.record(
        variableName,
        oneOf('a value, or an array of values', [scalar, some(scalar, 'at least one value')]),
        expected('an object of variable names and values'),
      ),
    ]),
    'Whether the step is started: a script that exits with 0, or the values that variables must have, all of them; else it is skipped. Example: "test -f Makefile" or {"TARGET": ["staging", "production"]}.',
  );

export const sourceShape = lazily({
  run: () => key(script, 'A script whose standard output is the text of the list. Example: "git ls-files".'),
  var: () => key(variableName, 'A variable that holds the text of the list. Example: "TARGETS".'),
});

const SOURCE_WORDS = 'the path of a file, or an object with run or var';
const listSource = once(() =>
  oneOf(SOURCE_WORDS, [text(NOT_BLANK, SOURCE_WORDS), z.strictObject(sourceShape, expected(SOURCE_WORDS))]).register(
    z.globalRegistry,
    { id: 'listSource' },
  ),
);

const listShape = lazily({
  lines: () =>
    key(listSource(), 'Its lines, the empty ones left out. Example: "hosts.txt" or {"run": "git ls-files"}.'),
  json: () =>
    key(
      listSource(),
      'The elements of a JSON array; of an object also each member, as NAME_member. Example: "users.json" or {"var": "USERS"}.',
    ),
  csv: () => key(listSource(), 'The rows of a table with a header: each column as NAME_column. Example: "users.csv".'),
  glob: () =>
    key(
      text(NOT_BLANK, 'a pattern such as "src/*.ts"'),
      'The files that match, sorted, relative to the plan\'s folder. Example: "src/**/*.test.ts".',
    ),
});

const LIST_WORDS = 'an array of values, or an object with lines, json, csv or glob';
const row = once(() => z.record(variableName, scalar, expected('an object of variable names and values')));
const list = once(() =>
  oneOf(LIST_WORDS, [
    z.array(scalar, expected(LIST_WORDS)),
    z.strictObject(listShape, expected(LIST_WORDS)),
    z.array(row(), expected(LIST_WORDS)),
  ]),
);

export const forEachKey = () =>
  key(
    oneOf('an object of variable names and lists, or an array of objects', [
      z.record(variableName, list(), expected('an object of variable names and lists')),
      z.array(row(), expected('an array of objects of variable names and values')),
    ]),
    'A copy of the step for each value of the list, concurrently, with the variable set; several names make every combination, but those in exclude. Example: {"NODE": [20, 24]} or {"FILE": {"glob": "*.md"}} or [{"OS": "linux", "CC": "gcc"}].',
  );

const envFileShape = lazily({
  path: () =>
    required(text(NOT_BLANK, 'the path of a file'), 'The file, relative to the plan\'s folder. Example: ".env".'),
  optional: () => key(flag, 'It may be missing. Default false.'),
});

const envFile = once(() =>
  oneOf('the path of a file, or an object with path', [
    text(NOT_BLANK, 'the path of a file'),
    z.strictObject(envFileShape, expected('an object with path')),
  ]),
);

export const envFileKey = () =>
  key(
    oneOf('the path of a file, an object with path, or an array of them', [
      envFile(),
      some(envFile(), 'at least one file'),
    ]),
    'Files of NAME=value lines (dotenv) with variables for this step and all below it; later files win, and env wins over all. Example: ".env" or [".env", {"path": ".env.local", "optional": true}].',
  );

export const saveKey = () =>
  key(
    oneOf('a variable name, an array of them, or an object of names and parts', [
      variableName,
      z.array(variableName, expected('an array of variable names')),
      z.record(
        variableName,
        text(
          /^(?:|\/[^\0]*|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+|(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*)$/,
          'a JSON pointer such as "/id", "header:etag" or "status"',
        ),
        expected('an object of variable names and parts'),
      ),
    ]),
    'Variables for the steps that follow. A name: the output, without the newlines at its end; an array: what the command writes to the file $RUNJOBS_OUTPUT as NAME=value; an object: parts of the output by JSON pointer, of a response also "header:etag" and "status". With use: of what is saved inside, only these, or under other names. Example: "VERSION" or ["A", "B"] or {"ID": "/id"}.',
  );

export const saveToKey = () =>
  key(
    text(/^(?=\s*\S)[^\0]+$/, 'the path of a file'),
    'A file for the output, relative to the plan\'s folder; it is there, complete, once the step has succeeded. Example: "out/report.json".',
  );

const inputShape = lazily({
  type: () =>
    key(
      words(['string', 'number', 'boolean'], '"string", "number" or "boolean"'),
      'What the value must be, default "string".',
    ),
  description: () => key(anyText, 'What it is for, in words; --help shows it. Example: "Where to deploy".'),
  enum: () =>
    key(some(scalar, 'at least one value'), 'The only values that are allowed. Example: ["staging", "production"].'),
  pattern: () => key(anyText, 'A regular expression that the whole value must match. Example: "v[0-9]+".'),
  default: () => key(scalar, 'Its value where none is given. Example: "staging".'),
  required: () => key(flag, 'Whether it must be given; default: yes, unless there is a default.'),
});

export const inputsKey = () =>
  key(
    z.record(
      variableName,
      z.strictObject(inputShape, expected('an object with type, default and the like')),
      expected('an object of variable names and inputs'),
    ),
    'Variables that the caller gives: --set NAME=value, the environment, or the default. Example: {"TARGET": {"enum": ["staging", "production"], "default": "staging"}}.',
  );

export const secretsKey = () =>
  key(
    some(variableName, 'at least one variable name'),
    'Variables whose values are masked in all that is shown or kept; they come from the environment, an envFile or an input, never from the plan itself. Example: ["API_TOKEN"].',
  );

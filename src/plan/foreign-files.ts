/** Files of other tools that are given as a plan, known by their names: what they are, and what to do. */
import { basename } from 'node:path';
import { quoteText, shorten } from './quote.ts';

const INIT = '"runjobs init" writes a first plan that does';

/** What a file is by its name and its text, and what to do instead. */
type Instead = (name: string, text: string) => string;

const calledBy =
  (what: string, run: string): Instead =>
  () =>
    `this is ${what}; a step calls it: {"run": ${quoteText(run)}}`;

const FOREIGN: readonly (readonly [name: RegExp, instead: Instead])[] = [
  [
    /^(gnu)?makefile$|\.mk$/i,
    () => `this is a Makefile; a step calls its targets, as in {"run": "make test"}; ${INIT}`,
  ],
  [/^\.?justfile$/i, () => 'this is a justfile; a step calls its recipes, as in {"run": "just test"}'],
  [/^package\.json$/, () => `this is a package.json; a step calls its scripts, as in {"run": "npm test"}; ${INIT}`],
  [/^procfile(\..+)?$/i, (_, text) => `this is a Procfile; write its lines as steps: ${gatherOf(text)}`],
  [/^(docker|container)file(\..+)?$/i, calledBy('no plan but how an image is built', 'docker build .')],
  [/^jenkinsfile$/i, () => 'this is a Jenkinsfile; write its stages as "steps", and what they call as "run"'],
  [
    /^crontab$/i,
    () =>
      'this is a crontab; write what it calls as "run", and when as "schedule": "runjobs cron print" makes lines of it',
  ],
  [/\.toml$/i, () => 'this is TOML, which is not read; write the plan in YAML or JSON'],
  [/\.(sh|bash|zsh|py|rb|pl)$/i, name => calledBy('a script', `./${name}`)(name, '')],
];

/** Says of a file that is no plan of which tool it is, and what to do; undefined where that is not known. @param text what it holds. */
export function foreignFile(path: string, text: string): string | undefined {
  const name = basename(path);
  return FOREIGN.find(([pattern]) => pattern.test(name))?.[1](name, text);
}

/** Its first process as the first child of a gather. */
function gatherOf(text: string): string {
  const [, id = 'web', run = '…'] = /^([\w-]+):[ \t]*(\S.*)$/m.exec(text) ?? [];
  return `{"gather": [{"id": ${quoteText(id)}, "run": ${quoteText(shorten(run, 60))}}, …]}`;
}

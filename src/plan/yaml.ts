/** Reads YAML 1.2: its values, their places, and every syntax error. Loaded only for a YAML file. */
import { Composer, type Document, Lexer, Parser } from 'yaml';
import { NESTING_MAX } from './depth.ts';
import { quoteText } from './quote.ts';
import { type Finding, type Reading, Source } from './source.ts';
import { yamlValue } from './yaml-values.ts';

/** The value of a YAML text with its duplicate keys and the like, or its syntax errors. Never throws. */
export function readYaml(text: string): Reading {
  const tooDeep: Finding[] = [];
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const documents = [...composer.compose(tokensOf(text, tooDeep), true, text.length)];
  if (tooDeep.length > 0) return { source: new Source(text), findings: tooDeep };
  const [document, second] = documents;
  if (!document?.contents || document.errors.length > 0) {
    const findings = document ? syntaxFindings(document) : [];
    const empty: Finding = { message: 'the file is empty; write a plan such as "run: echo hello"', path: [], at: 0 };
    return { source: new Source(text), findings: findings.length > 0 ? findings : [empty] };
  }
  const { value, spot, findings } = yamlValue(document.contents, text);
  const source = new Source(text, () => spot);
  const all = [...syntaxFindings(document), ...findings];
  if (second)
    all.push({ message: 'a second document begins here; a plan file holds one', path: [], at: second.range[0] });
  return { value, source, findings: all };
}

/**
 * The tokens of a text, up to the first that is nested too deep: the composer after us is recursive, and overflowing
 * its stack may end the whole process.
 */
function* tokensOf(text: string, tooDeep: Finding[]) {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length <= NESTING_MAX) continue;
    tooDeep.push({ message: `nested more than ${NESTING_MAX} deep; flatten the plan`, path: [], at: parser.offset });
    return;
  }
  yield* parser.end();
}

function syntaxFindings(document: Document): Finding[] {
  return [...document.errors, ...document.warnings].map(error => ({
    message: syntaxMessage(error.code, error.message),
    path: [],
    at: error.pos[0],
  }));
}

function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab in the indentation; YAML takes spaces only';
    case 'TAG_RESOLVE_FAILED':
      return `${message.replace(/^Unresolved tag: (.*)$/, (_, tag: string) => `unknown tag ${quoteText(tag)}; take it out`)}`;
    default:
      return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  }
}

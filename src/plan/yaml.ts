/** Reads YAML 1.2: its values, their places, and every syntax error. Loaded only for a YAML file. */
import { Composer, type Document, Lexer, Parser } from 'yaml';
import { NESTING_MAX } from './depth.ts';
import { escapeUnsafe, quoteText, shorten } from './quote.ts';
import { type Finding, Lines, type Reading, Source, SYNTAX_ERRORS_MAX } from './source.ts';
import { yamlValue } from './yaml-values.ts';

/** Characters of the parser's own messages, which may quote the text. */
const MESSAGE_MAX = 200;

/** The value of a YAML text with its duplicate keys and the like, or its syntax errors. Never throws. */
export function readYaml(text: string): Reading {
  const tooDeep: Finding[] = [];
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const documents = [...composer.compose(tokensOf(text, tooDeep), true, text.length)];
  if (tooDeep.length > 0) return { source: new Source(text), findings: tooDeep };
  const [document, second] = documents;
  if (!document?.contents || document.errors.length > 0) {
    const findings = document ? syntaxFindings(document, text) : [];
    const empty: Finding = { message: 'the file is empty; write a plan such as "run: echo hello"', path: [], at: 0 };
    return { source: new Source(text), findings: findings.length > 0 ? findings : [empty] };
  }
  const { value, spot, findings } = yamlValue(document.contents, text);
  const source = new Source(text, { scan: () => spot });
  const all = [...syntaxFindings(document, text), ...findings];
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

/** The first error of each line: the others follow from it more often than not. */
function syntaxFindings(document: Document, text: string): Finding[] {
  const lines = new Lines(text);
  const firsts = new Map<number, Finding>();
  const errors = [...document.errors, ...document.warnings].sort((one, other) => one.pos[0] - other.pos[0]);
  for (const { code, message, pos } of errors) {
    const { line } = lines.place(pos[0]);
    if (!firsts.has(line)) firsts.set(line, { message: syntaxMessage(code, message), path: [], at: pos[0] });
  }
  return [...firsts.values()].slice(0, SYNTAX_ERRORS_MAX);
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab in the indentation; YAML takes spaces only';
  const tag = /^Unresolved tag: (.*)$/.exec(message)?.[1];
  if (tag !== undefined) return `unknown tag ${quoteText(tag)}; take it out`;
  const hint = code === 'BLOCK_AS_IMPLICIT_KEY' ? '; put a text with ": " in it in quotes' : '';
  return `not YAML: ${escapeUnsafe(shorten(message.charAt(0).toLowerCase() + message.slice(1), MESSAGE_MAX))}${hint}`;
}

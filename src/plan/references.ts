/** The `${NAME}`s of a plan's texts, held against what is known where they stand. */
import type { Known } from './known.ts';
import type { PlanFile } from './plan-file.ts';
import { formatPath } from './problems.ts';
import { escapeUnsafe, listed, quoteText } from './quote.ts';
import { isRaw } from './raw.ts';
import type { Saves } from './saves.ts';
import type { Finding, Path, Placed } from './source.ts';
import { didYouMean } from './suggest.ts';
import { whyUnfit } from './unfit-files.ts';
import { bareNamesIn, jsonNameIn, malformedIn, namesIn } from './variables.ts';

/** How the names of variables begin that runjobs itself sets. */
const OWN = 'RUNJOBS_';
/** Variables that runjobs sets for the whole run, */
export const OF_RUN: ReadonlySet<string> = own(['RUN', 'TMP']);
/** for each command and request, */
export const OF_LEAVES: ReadonlySet<string> = own(['RUN', 'STEP', 'STEP_KEY', 'ATTEMPT', 'TICK', 'TMP']);
/** and for the steps of a finally. */
export const OF_FINALLY: ReadonlySet<string> = own(['OUTCOME', 'EXIT_CODE', 'FAILED_STEP']);

/** What runjobs tells a script alone, and which. */
const OF_SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['RUNJOBS_OUTPUT', 'the commands of a step with save: [NAME]'],
  ['RUNJOBS_PID', 'the script of stop.run'],
]);

const TO_SET = '; set it in env, inputs or the environment';

/** For so many names the nearest one is looked for. */
const MEANT_MAX = 100;

/** Where a name stands that nothing sets there. */
interface Unset {
  readonly known: Known;
  /** How to give a default, where there may be one. */
  readonly orDefault: string;
  readonly path: Path;
}

/** Looks at texts, and keeps what is wrong with them. What is no text is passed over. */
export class References {
  readonly findings: Finding[] = [];
  /** By name, an object of a list of objects that lacks it. */
  readonly lacking = new Map<string, Path>();
  /** The one whose texts are looked at. */
  file: PlanFile;
  /** Names of the env whose values are looked at, which do not see each other. */
  beside: readonly string[] = [];
  readonly #saves: Saves;
  readonly #env: object;
  /** What was told; a definition may be looked at for each of its uses. */
  readonly #told = new Set<string>();
  #meant = 0;

  /** @param env the environment of the process. */
  constructor(file: PlanFile, saves: Saves, env: object) {
    this.file = file;
    this.#saves = saves;
    this.#env = env;
  }

  /**
   * One text; the first name in it that nothing sets is told. @param besides further names that are known. @param isJson
   * it may stand for a value of JSON.
   */
  text(text: unknown, path: Path, known: Known, besides?: ReadonlySet<string>, isJson = false): void {
    if (!mayName(text)) return;
    if (malformedIn(text).some(isExpression)) this.tell(EXPRESSION, path);
    const names = namesIn(text);
    const typed = isJson && jsonNameIn(text) !== undefined ? undefined : names.find(one => one.isJson);
    if (typed !== undefined) this.#misplaced(typed.name, path, isJson);
    const nested = names.find(({ isNested }) => isNested);
    if (nested !== undefined) {
      const what = `the default of ${quoteText(nested.name)} stands as it is written: no other variable is expanded in it`;
      this.tell(`${what}; let a script work it out, and save it`, path);
    }
    if (known.isOpen) return;
    const isUnknown = (name: string) => !besides?.has(name) && !known.has(name);
    const found = names.find(({ name, hasDefault }) => !hasDefault && isUnknown(name));
    if (found === undefined) return;
    const orDefault = found.isJson ? '' : `, or give a default: \${${found.name}:-…}`;
    this.tell(this.#unset(found.name, { known, orDefault, path }), path);
  }

  /** A path or a URL, in which a known name has its braces. What is no text is passed over. */
  place(text: unknown, path: Path, known: Known, besides?: ReadonlySet<string>): void {
    this.text(text, path, known, besides);
    if (typeof text !== 'string') return;
    this.#malformed(text, path);
    if (/^~(?:\/|$)/.test(text)) {
      const instead = `write "\${HOME}${text.slice(1, 2)}…", or "./~" where it is meant`;
      this.tell(`"~" stands as it is written: no shell reads this; ${instead}`, path);
    }
    const bare = bareNamesIn(text).find(name => besides?.has(name) || known.has(name));
    if (bare === undefined) return;
    const what = `"$${bare}" stands as it is written: no shell reads this`;
    this.tell(`${what}; write "\${${bare}}", or "$$${bare}" where a dollar is meant`, path);
  }

  /** The path of a file that is read whole. */
  read(text: unknown, path: Path, known: Known, besides?: ReadonlySet<string>): void {
    this.place(text, path, known, besides);
    const why = typeof text === 'string' ? whyUnfit(text, this.file.origin.folder) : undefined;
    if (why !== undefined) this.tell(why, path);
  }

  /** What a list of a forEach is read from, behind the kind of the list. */
  source(source: unknown, path: Path, known: Known): void {
    if (isRaw(source)) this.variable(source.var, [...path, 'var'], known);
    else if (path.at(-1) === 'glob') this.place(source, path, known);
    else this.read(source, path, known);
  }

  placed({ text, path, kind }: Placed, known: Known, besides?: ReadonlySet<string>): void {
    if (kind === 'file') this.read(text, path, known, besides);
    else if (kind === 'place' && typeof text === 'string') this.place(text, path, known, besides);
    else this.texts(text, path, known, besides, kind === 'json');
  }

  /** Every text in a value, but keys. */
  texts(value: unknown, path: Path, known: Known, besides?: ReadonlySet<string>, isJson = false): void {
    if (typeof value === 'string') this.text(value, path, known, besides, isJson);
    if (typeof value !== 'object' || value === null) return;
    for (const [part, inner] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      if (mayName(inner) || typeof inner === 'object') this.texts(inner, [...path, part], known, besides, isJson);
    }
  }

  /** The name of a variable. */
  variable(name: unknown, path: Path, known: Known): void {
    if (typeof name !== 'string' || known.has(name) || known.isOpen) return;
    this.tell(this.#unset(name, { known, orDefault: '', path }), path);
  }

  tell(message: string, path: Path): void {
    this.add({ message, path, at: 'value' });
  }

  /** Adds what is wrong in the file, once. */
  add(finding: Finding): void {
    const key = `${this.file.shown} ${JSON.stringify(finding)}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.findings.push({ ...finding, in: this.file });
  }

  #malformed(text: string, path: Path): void {
    const found = malformedIn(text).find(one => !isExpression(one));
    if (found === undefined) return;
    const name = /^\$\{([A-Za-z_][A-Za-z0-9_]*)/.exec(found)?.[1] ?? 'NAME';
    const instead = `write "\${${name}}" or "\${${name}:-…}", or "$$\{" for a dollar and a brace`;
    this.tell(`${quoteText(found)} stands as it is written: no shell reads this; ${instead}`, path);
  }

  #misplaced(name: string, path: Path, isJson: boolean): void {
    const where = isJson
      ? 'stands alone: it is all of a value'
      : 'has a place in "json" and "expect.json" of a request only';
    this.tell(`"\${${name}:json}" ${where}; write "\${${name}}" for its text`, path);
  }

  #unset(name: string, { known, orDefault, path }: Unset): string {
    const quoted = quoteText(name);
    const row = this.lacking.get(name);
    if (row !== undefined) return `${formatPath(row)} has no ${quoted}, which this needs; add it there${orDefault}`;
    if (this.beside.includes(name))
      return `${quoted} is set in the same env, whose values see only what is set further out; set it there, or in inputs${orDefault}`;
    const saved = this.#saves.placeOf(name);
    if (saved !== undefined) {
      const where = saved.file === this.file ? '' : `${escapeUnsafe(saved.file.shown)} `;
      const what = `${where}${formatPath(saved.path)} sets ${quoted}, but`;
      if (isInOtherFinally(saved.path, path)) {
        return `${what} what a finally saves stays in it; save it in a step before, or put this into that finally${orDefault}`;
      }
      return `${what} nothing makes this wait for it; name its step in needs, or put this after it${orDefault}`;
    }
    if (OF_LEAVES.has(name)) return `${quoted} has a value in the texts of commands and requests only`;
    if (OF_FINALLY.has(name))
      return `${quoted} has a value only in the steps of a finally, and in success and failure of notify`;
    const script = OF_SCRIPTS.get(name);
    if (script !== undefined) return `${quoted} has a value in ${script} only; let that script read "$${name}"`;
    this.#meant += 1;
    const meant = this.#meant > MEANT_MAX ? '' : this.#didYouMean(name, known);
    const place = name.startsWith(OWN) ? `; runjobs itself sets ${listed([...OF_LEAVES], 'and')}` : TO_SET + orDefault;
    return `nothing sets ${quoted}${meant || place}`;
  }

  /** The nearest name of the plan, else of the environment. */
  #didYouMean(name: string, known: Known): string {
    return didYouMean(name, [...known.own(), ...OF_LEAVES]) || didYouMean(name, Object.keys(this.#env));
  }
}

const EXPRESSION =
  '"${{ … }}" is an expression of GitHub Actions, which means nothing here; write "${NAME}", or "$${{" where it is meant';

function isExpression(malformed: string): boolean {
  return malformed.startsWith('${{');
}

/** Whether a value is a text that may name a variable. */
export function mayName(text: unknown): text is string {
  return typeof text === 'string' && text.includes('${');
}

function own(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(name => OWN + name));
}

/** Whether what is saved at a path is in a `finally` that the other path is not in. */
function isInOtherFinally(saved: Path, other: Path): boolean {
  const last = saved.findLastIndex((part, index) => part === 'finally' && saved[index - 1] !== 'define');
  return last !== -1 && !saved.slice(0, last + 1).every((part, index) => part === other[index]);
}

/** The secrets of a run as far as they are known by now, and what hides them. */
import { type Automaton, createAutomaton } from './automaton.ts';
import { createMasker, MASK, type Masker } from './masker.ts';
import type { Spelling } from './spelled.ts';
import { isTooShort, SECRET_MIN, spellingsOf, wholeSpellingsOf } from './spellings.ts';

/** Values of one name that are remembered: a step that saves another one each minute must not fill the memory. */
const VALUES_MAX = 1000;

export interface Secrets {
  /** Masks this value too, from now on: also in streams that have begun. One that is too short is passed over. */
  add(name: string, value: string): void;
  /** Whether there is nothing to mask. */
  readonly isEmpty: boolean;
  /** Whether the text holds a secret, in any spelling. */
  holds(text: string): boolean;
  /** The text with every secret in it as `***`; of one that was cut before a `…`, too. */
  text(text: string): string;
  /** Masks a stream of bytes. Costs nothing while there are no secrets. */
  stream(): Masker;
}

/** Makes a keeper of secrets that knows none. */
export function createSecrets(): Secrets {
  const values = new Map<string, Map<string, readonly Spelling[]>>();
  let automaton: Automaton | undefined;
  let isStale = false;

  const current = (): Automaton | undefined => {
    if (!isStale) return automaton;
    isStale = false;
    automaton = createAutomaton([...values.values()].flatMap(ofName => [...ofName.values()].flat()));
    return automaton;
  };

  return {
    add(name, value) {
      if (isTooShort(value)) return;
      const ofName = values.get(name) ?? new Map<string, readonly Spelling[]>();
      if (ofName.has(value)) return;
      ofName.set(value, spellingsOf(value));
      const [oldest] = ofName.keys();
      if (ofName.size > VALUES_MAX && oldest !== undefined) ofName.delete(oldest);
      values.set(name, ofName);
      isStale = true;
    },
    get isEmpty() {
      return values.size === 0;
    },
    holds: text => holdsWord(current(), text),
    text: text => maskedText(current(), text),
    stream: () => createMasker(current),
  };
}

/** Secrets whose values were given before anything starts, as the checks of a plan need them. */
export interface GivenSecrets {
  /** The name of a secret whose value the text contains. */
  nameIn(text: string): string | undefined;
  /** The text with every secret in it as `***`. */
  masked(text: string): string;
}

/** The secrets of these names, as far as `given` knows them. */
export function givenSecrets(names: readonly string[], given: (name: string) => string | undefined): GivenSecrets {
  const secrets = createSecrets();
  const known: { readonly name: string; readonly automaton: Automaton }[] = [];
  for (const name of names) {
    const value = given(name) ?? '';
    secrets.add(name, value);
    if (!isTooShort(value)) known.push({ name, automaton: createAutomaton(wholeSpellingsOf(value)) });
  }
  return {
    nameIn: text => known.find(({ automaton }) => holdsWord(automaton, text))?.name,
    masked: secrets.text,
  };
}

function holdsWord(automaton: Automaton | undefined, text: string): boolean {
  return automaton?.read(Buffer.from(text), { at: 0, state: 0 }) ?? false;
}

function maskedText(automaton: Automaton | undefined, text: string): string {
  if (automaton === undefined) return text;
  const shown = text.includes('…') ? withoutBeginnings(automaton, text) : text;
  if (!holdsWord(automaton, shown)) return shown;
  const masker = createMasker(() => automaton);
  return Buffer.concat([masker.write(Buffer.from(shown)), masker.end()]).toString();
}

/** The text without what the beginning of a secret may be, where a message was cut: before each `…`. */
function withoutBeginnings(automaton: Automaton, text: string): string {
  const parts = text.split('…');
  const last = parts.pop() ?? '';
  const cut = parts.map(part => {
    const bytes = Buffer.from(part);
    const cursor = { at: 0, state: 0 };
    while (automaton.read(bytes, cursor));
    const pending = automaton.pendingLength(cursor.state);
    return pending < SECRET_MIN ? part : `${bytes.subarray(0, bytes.length - pending).toString()}${MASK}`;
  });
  return [...cut, last].join('…');
}

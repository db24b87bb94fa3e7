/** Values of wrong types at every key of the job file, and words that are keys elsewhere: what is told of them. */
import { describe, expect, test } from 'vitest';
import { planJsonSchema } from '../../src/plan/json-schema.ts';
import { formatPath } from '../../src/plan/problems.ts';
import { shapeFindings } from '../../src/plan/shape.ts';
import { keysOf, type Schema } from '../support/keys.ts';

const schema = planJsonSchema() as Schema;
const all = [...keysOf(schema), ...keysOf(schema.definitions?.step ?? {})].map(([key]) => key);
const keys = [...new Set(all)].filter(key => !key.startsWith('x-'));

const VALUES = [null, true, false, 0, -1, 1.5, '', 'x', [], {}, [{}], { x: 1 }];
/** The same, and each of them inside of an array and of an object. */
const DEEP = [...VALUES, ...VALUES.flatMap(value => [[value], { x: value }, { '/x': value }, { X: [value] }])];

/** What zod says where it is not told what to say. */
const OF_ZOD = /Invalid|Unrecognized|Too (?:small|big)|Expected|Required/;
const TELLING =
  /expected |^unknown key(?:, did you mean ".*"\?|; (?:"runjobs schema" prints all keys|say what it holds))/;

/** Where a key stands: a name that users choose is `NAME`, or a JSON pointer. */
function pathOf(key: string): string[] {
  return key.split('.').map((part, index, parts) => (part === 'NAME' && parts[index - 1] === 'json' ? '/a' : part));
}

/** What is told of a plan that holds this value at this key, by places. */
function told(key: string, value: unknown): [place: string, message: string][] {
  const plan = pathOf(key).reduceRight((inner, part) => ({ [part]: inner }), value);
  return shapeFindings(plan).map(({ path, message }) => [formatPath(path), message]);
}

describe('a value of a wrong type', () => {
  test.each(keys)('at %s is told in our own words, which say what is expected', key => {
    for (const value of DEEP) {
      for (const [place, message] of told(key, value)) {
        expect(message, `${place} ${JSON.stringify(value)}`).not.toMatch(OF_ZOD);
        expect(message, `${place} ${JSON.stringify(value)}`).toMatch(TELLING);
      }
    }
  });
});

describe('a key that belongs elsewhere', () => {
  const ownerOf = (key: string) => key.slice(0, Math.max(0, key.lastIndexOf('.')));
  const nameOf = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  const words = [...new Set(keys.map(nameOf))];
  const owners = [...new Set(keys.map(ownerOf))].filter(owner => owner !== '' && !keys.includes(`${owner}.NAME`));

  test.each(owners)('in %s is never said to be meant, and nothing is that may not stand there', owner => {
    const own = keys.filter(key => ownerOf(key) === owner).map(nameOf);
    for (const word of words.filter(word => !own.includes(word) && word !== 'NAME')) {
      const place = formatPath([...pathOf(owner), word]);
      // A list of finally holds steps, not such objects.
      const inList = owner === 'finally' ? place : formatPath([...pathOf(owner), 0, word]);
      const found = [...told(owner, { [word]: 'x' }), ...told(owner, [{ [word]: 'x' }])];
      const messages = found.flatMap(([at, message]) => (at === place || at === inList ? message : []));
      expect(messages, word).not.toEqual([]);
      for (const message of messages) {
        const meant = /did you mean "(.*)"\?/.exec(message)?.[1];
        const listed = /unknown key; expected (.*)$/.exec(message)?.[1]?.split(', ') ?? [];
        for (const offered of meant === undefined ? listed : [meant]) expect(own, word).toContain(offered);
        expect(message, word).not.toContain('runjobs schema');
      }
    }
  });
});

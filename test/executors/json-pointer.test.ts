/** Laws of pointers into JSON: what is found is told as it was written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atPointer, jsonFault } from '../../src/executors/json-pointer.ts';

const text = (json: string, pointer: string) => {
  const found = atPointer(json, pointer);
  return found.type === 'found' ? found.text : `missing: ${found.words}`;
};

describe('a JSON pointer', () => {
  it.each([
    ['{"a": 1}', '/a', '1'],
    ['{"a": 3.10}', '/a', '3.10'],
    ['{"a": 12345678901234567890}', '/a', '12345678901234567890'],
    ['{"a": -1.5E+3}', '/a', '-1.5E+3'],
    ['[true, false, null]', '/1', 'false'],
    ['[true, false, null]', '/2', 'null'],
    ['{"a": "a \\"b\\" \\n\\u00e9"}', '/a', 'a "b" \né'],
    [' { "a" : [ 1 , { "b" : "x y" , "c" : [ ] } ] } ', '/a', '[1,{"b":"x y","c":[]}]'],
    [' { "a" : 1.0 } ', '', '{"a":1.0}'],
    ['7', '', '7'],
    ['"seven"', '', 'seven'],
    ['{"a/b": 1, "m~n": 2, "~1": 3, "": 4}', '/a~1b', '1'],
    ['{"a/b": 1, "m~n": 2, "~1": 3, "": 4}', '/m~0n', '2'],
    ['{"a/b": 1, "m~n": 2, "~1": 3, "": 4}', '/~01', '3'],
    ['{"a/b": 1, "m~n": 2, "~1": 3, "": 4}', '/', '4'],
    ['{"a": 1, "a": 2}', '/a', '2'],
    ['{"\\u0061": 1}', '/a', '1'],
    ['{"__proto__": 1}', '/__proto__', '1'],
    ['{"a": {"}": "]"}, "b": "\\\\"}', '/b', '\\'],
    ['[[0],[1,[2,3]]]', '/1/1/0', '2'],
  ])('in %s, "%s" is %s', (json, pointer, expected) => {
    expect(text(json, pointer)).toBe(expected);
  });

  it.each([
    ['{"user": {"id": 1}}', '/user/idd', 'missing: "/user" has no "idd", did you mean "id"?'],
    ['{"x": 1, "y": 2}', '/name', 'missing: the whole has no "name"; it has "x", "y"'],
    ['{}', '/a', 'missing: the whole is an empty object'],
    ['[1, 2]', '/2', 'missing: the whole is an array of 2, and has no "2"'],
    ['[1, 2]', '/01', 'missing: the whole is an array of 2, and "01" is no index such as 0'],
    ['[1, 2]', '/-', 'missing: the whole is an array of 2, and "-" is no index such as 0'],
    ['{"a": "b"}', '/a/b', 'missing: "/a" is a text, and has no "b"'],
    ['{"a": null}', '/a/b', 'missing: "/a" is null, and has no "b"'],
    ['{"a": true}', '/a/b', 'missing: "/a" is true or false, and has no "b"'],
    ['{"a": 1}', '/a/length', 'missing: "/a" is a number, and has no "length"'],
    ['{"a": 1}', '/toString', 'missing: the whole has no "toString"; it has "a"'],
  ])('in %s, "%s" is %s', (json, pointer, expected) => {
    expect(text(json, pointer)).toBe(expected);
  });

  it('finds in any JSON, however it is indented, what JSON.parse finds', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), fc.integer({ min: 0, max: 3 }), (object, indent) => {
        const json = JSON.stringify(object, null, indent);
        const parsed = JSON.parse(json) as Record<string, unknown>;
        for (const [name, member] of Object.entries(parsed)) {
          const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
          expect(text(json, pointer)).toBe(typeof member === 'string' ? member : JSON.stringify(member));
        }
        expect(text(json, '')).toBe(JSON.stringify(parsed));
      }),
    );
  });

  it('goes as deep as a text can be', () => {
    const depth = 100_000;
    const deep = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
    expect(jsonFault(deep)).toBeUndefined();
    expect(text(`{"a": ${deep}, "b": 2}`, '/b')).toBe('2');
  });
});

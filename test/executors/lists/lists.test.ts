import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListToRead } from '../../../src/engine/executor.ts';
import { readList } from '../../../src/executors/lists/lists.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lists-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** The items of the list X, or the words that tell what is wrong with it. */
async function read(list: ListToRead): Promise<Readonly<Record<string, string>>[] | string> {
  const found = await readList('X', list, folder);
  if (found.type === 'failed') return found.message;
  return Array.from({ length: found.items.count }, (_, index) => ({ ...found.items.at(index) }));
}

const ofFile = (type: 'lines' | 'json' | 'csv') => (content: string | Buffer) => {
  write('list', content);
  return read({ type, from: { type: 'file', path: 'list' } });
};
const lines = ofFile('lines');
const json = ofFile('json');
const csv = ofFile('csv');
const texts = (items: readonly Readonly<Record<string, string>>[] | string) =>
  typeof items === 'string' ? items : items.map(({ X }) => X);

describe('lines', () => {
  it.each([
    ['with an end', 'a\nb\n', ['a', 'b']],
    ['without an end', 'a\nb', ['a', 'b']],
    ['with carriage returns', 'a\r\nb\r\n', ['a', 'b']],
    ['with empty ones between', '\n\na\n\r\n\nb\n\n', ['a', 'b']],
    ['with blanks, quotes, dollars and other scripts', ' a \n"$X" `y`\nпривет 🎉\n', [' a ', '"$X" `y`', 'привет 🎉']],
    ['behind a byte order mark', '\ufeffa\n', ['a']],
    ['of nothing', '', []],
  ])('%s are the items', async (_, content, expected) => {
    expect(texts(await lines(content))).toEqual(expected);
  });

  it('of a text are read as those of a file', async () => {
    expect(texts(await read({ type: 'lines', from: { type: 'text', text: 'a\n\nb', what: 'it' } }))).toEqual([
      'a',
      'b',
    ]);
  });

  it('that are found by number are the same in any order', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => `line ${index}`);
    write('list', many.join('\n'));
    const found = await readList('X', { type: 'lines', from: { type: 'file', path: 'list' } }, folder);
    if (found.type !== 'read') throw new Error(found.message);
    expect(found.items.count).toBe(5000);
    for (const index of [4999, 0, 1024, 1023, 2048]) expect(found.items.at(index)).toEqual({ X: `line ${index}` });
  });
});

describe('a text', () => {
  it('that is missing, a folder, no UTF-8 or holds a NUL is told in words', async () => {
    expect(await read({ type: 'lines', from: { type: 'file', path: 'none/x' } })).toBe(
      '"none/x" does not exist; paths start from the plan\'s folder',
    );
    mkdirSync(join(folder, 'dir'));
    expect(await read({ type: 'lines', from: { type: 'file', path: 'dir' } })).toContain('"dir" is a folder');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const unread = (path: string) => read({ type: 'lines', from: { type: 'file', path } });
    expect(await unread('pipe')).toBe(
      '"pipe" cannot be read: a named pipe, to which nobody may ever write; write what comes from it to a file',
    );
    expect(await unread('/dev/zero')).toBe(
      '"/dev/zero" cannot be read: it tells no size, and goes on for more than 16 MiB; read a copy of it',
    );
    expect(await unread('/dev/null')).toEqual([]);
    expect(await lines(Buffer.from([0x61, 0xff]))).toBe('"list" is not UTF-8; save it as UTF-8');
    expect(await lines('a\nb\0')).toBe('"list" holds a NUL in line 2; a variable can hold none');
  });
});

describe('json', () => {
  it('gives numbers as they are written, texts without quotes, all else as compact JSON', async () => {
    const content = '[1, 3.10, 1e3, 12345678901234567890, "a \\"b\\" \\u00e9", "", true, null, [1, "x  y", {"a" : 2}]]';
    expect(texts(await json(content))).toEqual([
      '1',
      '3.10',
      '1e3',
      '12345678901234567890',
      'a "b" é',
      '',
      'true',
      'null',
      '[1,"x  y",{"a":2}]',
    ]);
  });

  it('of an object gives each member, and the object itself', async () => {
    expect(await json('[ { "id" : 12345678901234567890, "full name": "A, \\"B\\"", "n": {"x": [ 1 ]} } ]')).toEqual([
      {
        X: '{"id":12345678901234567890,"full name":"A, \\"B\\"","n":{"x":[1]}}',
        X_id: '12345678901234567890',
        X_full_name: 'A, "B"',
        X_n: '{"x":[1]}',
      },
    ]);
  });

  it('of an object with two members that become one variable is refused', async () => {
    expect(await json('[{"a_b": 0}, {"a-b": 1, "c": 2, "a b": 3}]')).toBe(
      '"list": the members "a-b" and "a b" of element 2 are both X_a_b',
    );
    expect(await json('[{"a_b": {"c-d": 1, "c d": 2}, "a-c": [{"e-f": 1, "e f": 1}]}]')).toHaveLength(1);
  });

  it('of an empty array has no items', async () => {
    expect(await json(' [ ]\n')).toEqual([]);
    expect(await json('[{}]')).toEqual([{ X: '{}' }]);
  });

  it.each([
    ['{"a": 1}', '"list" holds no JSON array; it begins with "{\\"a\\": 1}"'],
    ['', '"list" holds no JSON array; it is empty'],
    ['[1,\n2,\n,3]', '"list" is no JSON: line 3: element 3 is no JSON'],
    ['[1, 2', '"list" is no JSON: line 1: element 2 is followed by neither "," nor "]"'],
    ['[1 2]', '"list" is no JSON: line 1: element 1 is followed by neither "," nor "]"'],
    ['[1,]', '"list" is no JSON: line 1: element 2 is no JSON'],
    ['[01]', '"list" is no JSON: line 1: element 1 is no JSON'],
    ['[{"a": 1]', '"list" is no JSON: line 1: element 1 is no JSON'],
    ['["a]', '"list" is no JSON: line 1: element 1 is no JSON'],
    ['[1]\nx', '"list" is no JSON: line 2: something follows the array'],
    ['["a\\u0000b"]', '"list" is no JSON: line 1: element 1 holds a NUL, which no variable can'],
  ])('tells what is wrong with %j', async (content, words) => {
    expect(await json(content)).toBe(words);
  });

  it('reads what JSON.parse reads, however it is spaced', async () => {
    const values = ['\\', '"', '\\"', ']', '{', '\\\\', 'a\nb', { ']': '[', a: { '"': '\\' } }, [[], {}], -0.5];
    for (const space of [undefined, 1, '\t']) {
      const items = await json(JSON.stringify(values, null, space));
      expect(texts(items)).toEqual(values.map(value => (typeof value === 'string' ? value : JSON.stringify(value))));
    }
  });
});

describe('csv', () => {
  it('gives each column, and the row as an object', async () => {
    expect(await csv('name,full role\nann,"a ""b"", c"\r\nbob,\n')).toEqual([
      { X: '{"name":"ann","full role":"a \\"b\\", c"}', X_name: 'ann', X_full_role: 'a "b", c' },
      { X: '{"name":"bob","full role":""}', X_name: 'bob', X_full_role: '' },
    ]);
  });

  it('takes newlines in quotes, carriage returns, empty lines and a byte order mark', async () => {
    expect(await csv('\ufeffa,b\r\n"1\n2",3\r\n\r\n4,5')).toEqual([
      { X: '{"a":"1\\n2","b":"3"}', X_a: '1\n2', X_b: '3' },
      { X: '{"a":"4","b":"5"}', X_a: '4', X_b: '5' },
    ]);
  });

  it('may have one column', async () => {
    expect(await csv('a\t\n1;2\n')).toEqual([{ X: '{"a":"1;2"}', X_a: '1;2' }]);
  });

  it('with nothing but a header has no items', async () => {
    expect(await csv('a,b\n')).toEqual([]);
  });

  it.each([
    ['', '"list" is empty; expected a header: the names of the columns'],
    ['a,b\n1,2\n3\n', '"list", line 3: the row has 1 cell, and the header 2 columns'],
    ['a,b\n1,2,3\n', '"list", line 2: the row has 3 cells, and the header 2 columns'],
    ['a,b\n1,"2\n', '"list", line 2: a quote is opened before the end of the file, and not closed'],
    ['a,b\n1,"2"x\n', '"list", line 2: something follows a closing quote; a quote inside of quotes is written twice'],
    ['a,b\n1,2"3\n', '"list", line 2: a quote stands inside of a cell that does not begin with one'],
    [
      'a;b\n1;2\n',
      '"list" is not separated by commas: its header is one column, "a;b"; save it with commas between its columns',
    ],
    [
      '\ufeffa\tb\r\n1\t2,5\n',
      '"list" is not separated by commas: its header is one column, "a\\tb"; save it with commas between its columns',
    ],
    [
      '"a";"b"\n',
      '"list" is not separated by commas: its header is one column, "\\"a\\";\\"b\\""; save it with commas between its columns',
    ],
    ['a,,c\n', '"list": column 2 has no name in the header'],
    ['a,b,a\n', '"list": the columns "a" and "a" are both X_a'],
    ['a b,a-b\n', '"list": the columns "a b" and "a-b" are both X_a_b'],
  ])('tells what is wrong with %j', async (content, words) => {
    expect(await csv(content)).toBe(words);
  });
});

describe('glob', () => {
  it('gives files relative to the folder, sorted by code unit, no folders, no dotfiles unless asked for', async () => {
    for (const path of ['b.md', 'B.md', 'a.md', 'sub/c.md', '.hidden.md', 'é.md', 'sub.md/x']) write(path, '');
    expect(texts(await read({ type: 'glob', pattern: '*.md' }))).toEqual(['B.md', 'a.md', 'b.md', 'é.md']);
    expect(texts(await read({ type: 'glob', pattern: '**/*.md' }))).toEqual([
      'B.md',
      'a.md',
      'b.md',
      'sub/c.md',
      'é.md',
    ]);
    expect(texts(await read({ type: 'glob', pattern: '.*.md' }))).toEqual(['.hidden.md']);
  });

  it('gives absolute paths where the pattern is one', async () => {
    write('one.txt', '');
    expect(texts(await read({ type: 'glob', pattern: join(folder, '*.txt') }))).toEqual([join(folder, 'one.txt')]);
  });

  it('that matches nothing has no items', async () => {
    expect(await read({ type: 'glob', pattern: 'none/*.txt' })).toEqual([]);
  });
});

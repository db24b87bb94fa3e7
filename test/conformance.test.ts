/** Which laws of the engine are tried a second time through a queue, and that what is left out of that is so with reason. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FILES_LEFT_OUT, LAWS_LEFT_OUT, LAWS_NOT_PROMISED } from './support/through/left-out.ts';

const engine = join(import.meta.dirname, 'engine');
const files = readdirSync(engine).map(name => name.replace(/\.test\.ts$/, ''));
const texts = files.map(name => [name, readFileSync(join(engine, `${name}.test.ts`), 'utf8')] as const);
/** Whether the steps of its laws go the way that may lead through a queue. */
const goes = (text: string) => /\b(simulate|openWay)\(/.test(text);

describe('through a queue', () => {
  it('goes every file of laws of the engine that is not left out', () => {
    expect(files).toEqual(expect.arrayContaining(Object.keys(FILES_LEFT_OUT)));
    const stray = texts.filter(([name, text]) => goes(text) === name in FILES_LEFT_OUT);
    expect(stray.map(([name]) => name)).toEqual([]);
  });

  // That one that cannot hold still has to be left out is shown where it is tried: it must fail there.
  it.each(Object.keys({ ...LAWS_LEFT_OUT, ...LAWS_NOT_PROMISED }))('is left out with reason, and there: %s', title => {
    const law = title.split(' > ').at(-1) ?? '';
    expect(texts.filter(([, text]) => text.includes(`'${law}'`))).toHaveLength(1);
  });
});

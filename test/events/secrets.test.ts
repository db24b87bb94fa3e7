import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { maskedEvent } from '../../src/events/masked.ts';
import { createSecrets, givenSecrets, type Secrets } from '../../src/events/secrets.ts';
import { spellingsOf } from '../../src/events/spellings.ts';
import { pickOf, someOf } from '../support/spellings.ts';

function keeping(...values: string[]): Secrets {
  const secrets = createSecrets();
  for (const [index, value] of values.entries()) secrets.add(`S${index}`, value);
  return secrets;
}

/** What a stream shows of the chunks, one text for each, the last one for its end. */
function shown(secrets: Secrets, chunks: readonly (string | Uint8Array)[]): string[] {
  const stream = secrets.stream();
  const texts = chunks.map(chunk => Buffer.from(stream.write(Buffer.from(chunk as string))).toString());
  return [...texts, Buffer.from(stream.end()).toString()];
}

/** The same by hand: every place of every word, those that overlap as one. */
function byHand(text: Buffer, words: readonly Buffer[]): string {
  const isCovered = new Uint8Array(text.length);
  const isJoined = new Uint8Array(text.length);
  for (const word of words) {
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
      isCovered.fill(1, at, at + word.length);
      isJoined.fill(1, at + 1, at + word.length);
    }
  }
  const pieces: Buffer[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (isCovered[at] === 0) pieces.push(text.subarray(at, at + 1));
    else if (isJoined[at] === 0) pieces.push(Buffer.from('***'));
  }
  return Buffer.concat(pieces).toString('latin1');
}

const TOKEN = 'p4ss/w+rd "ü" & more';

describe('a secret in a URL', () => {
  it.each(["p%40ss'!wordd", `p@ss'w(o)r*d!~ +%/?&=#"\\é`, "it's-a-secret"])(
    'is found as a parser leaves it: %s',
    secret => {
      const masked = (text: string) => shown(keeping(secret), [text]).join('');
      const encoded = encodeURIComponent(secret);
      for (const href of [
        `http://h/?t=${encoded}`,
        `http://h/${encoded}/x`,
        `http://h/?t=${secret}`,
        `http://h/#${secret}`,
      ]) {
        expect(masked(new URL(href).href)).toContain('***');
      }
      expect(masked(new URL(`http://h/?t=${encoded}`).href)).toBe('http://h/?t=***');
    },
  );
});

describe('the bytes of a stream', () => {
  it('are the same where there is no secret', () => {
    const chunk = Buffer.from('anything');
    expect(createSecrets().stream().write(chunk)).toBe(chunk);
  });

  it('come without a copy where nothing in them begins a secret', () => {
    const chunk = Buffer.from('anything');
    const view = keeping('TOPSECRET').stream().write(chunk);
    expect(view.buffer).toBe(chunk.buffer);
    expect(Buffer.from(view).toString()).toBe('anything');
  });

  it('are held back only where they may still become a secret', () => {
    expect(shown(keeping('abcdef'), ['xxabc', 'xabcd', 'ef ab'])).toEqual(['xx', 'abcx', '*** ', 'ab']);
  });

  it('have one mask for secrets that overlap, and one each for those that touch', () => {
    const secrets = keeping('abcdef', 'defghi');
    expect(shown(secrets, ['-abcdefghi-abcdefabcdef-']).join('')).toBe('-***-******-');
    expect(shown(keeping('aaaaaa'), ['a'.repeat(100)]).join('')).toBe('***');
  });

  it('are masked from the moment a secret is learned, also what was held back before', () => {
    const secrets = keeping('abcdef');
    const stream = secrets.stream();
    const first = Buffer.from(stream.write(Buffer.from('12345 abc'))).toString();
    secrets.add('NEW', 'abcxyz');
    const rest = [stream.write(Buffer.from('xyz 1')), stream.end()].map(bytes => Buffer.from(bytes).toString());
    expect([first, ...rest]).toEqual(['12345 ', '*** 1', '']);
  });

  it('are what masking by hand gives, for every way of cutting them', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 6, maxLength: 9 });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.array(fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'Y', '\n'), maxLength: 12 }), fc.nat(3)), {
          maxLength: 12,
        }),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }),
        (words, parts, cuts) => {
          const secrets = keeping(...words);
          const text = Buffer.from(
            parts.map(part => (typeof part === 'number' ? (words[part % words.length] ?? '') : part)).join(''),
          );
          const chunks: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < text.length; turn += 1) {
            const size = Math.max(cuts[turn % cuts.length] ?? 1, turn % cuts.length === 0 ? 1 : 0);
            chunks.push(text.subarray(at, at + size));
            at += size;
          }
          const spellings = words
            .flatMap(spellingsOf)
            .flatMap(someOf)
            .map(one => Buffer.from(one));
          expect(shown(secrets, chunks).join('')).toBe(byHand(text, spellings));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('never hold a spelling of any value, wherever it stands and however it is cut', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }).filter(one => !one.includes('*'));
    const filler = fc.uint8Array({ maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(filler, fc.nat(), fc.nat()), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }),
        (values, places, size, picks) => {
          const secrets = keeping(...values);
          const pick = (at: number) => picks[at % picks.length] ?? 0;
          const all = values.flatMap(spellingsOf).flatMap(one => [pickOf(one, pick), ...someOf(one)]);
          const text = Buffer.concat(
            places.flatMap(([bytes, which]) => [bytes, Buffer.from(all[which % Math.max(1, all.length)] ?? '')]),
          );
          const stream = secrets.stream();
          const out: Uint8Array[] = [];
          for (let at = 0; at < text.length; at += size) out.push(stream.write(text.subarray(at, at + size)).slice());
          const masked = Buffer.concat([...out, stream.end()]);
          for (const spelling of all) expect(masked.includes(Buffer.from(spelling))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a secret', () => {
  const secrets = keeping(TOKEN);
  const hidden = (text: string) => expect(secrets.text(`<${text}>`)).toBe('<***>');

  it('is hidden in base64 wherever it begins in what is encoded, in both alphabets', () => {
    for (const before of ['', 'u', 'us', 'user:', 'x'.repeat(31)]) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const bare = Buffer.from(`${before}${'~'.repeat(TOKEN.length)}~~~`).toString(encoding);
        const text = secrets.text(Buffer.from(`${before}${TOKEN}~~~`).toString(encoding));
        expect(text).toContain('***');
        expect(text.length).toBeLessThanOrEqual(bare.length - Math.floor((Buffer.byteLength(TOKEN) * 8) / 6) + 8);
      }
    }
    hidden(Buffer.from(TOKEN).toString('base64'));
  });

  it('is hidden in a URL, in a form, in lower-case hex', () => {
    hidden(encodeURIComponent(TOKEN));
    hidden(encodeURI(TOKEN));
    hidden(new URLSearchParams({ a: TOKEN }).toString().slice(2));
    hidden(encodeURIComponent(TOKEN).replace(/%../g, code => code.toLowerCase()));
    expect(secrets.text(new URL(`http://host/a?b=${encodeURIComponent(TOKEN)}`).href)).toBe('http://host/a?b=***');
  });

  it('is hidden in JSON, and in JSON in JSON', () => {
    hidden(JSON.stringify(TOKEN).slice(1, -1));
    hidden(JSON.stringify(TOKEN).slice(1, -1).replace('ü', '\\u00fc').replace('/', '\\/'));
    expect(secrets.text(JSON.stringify({ a: JSON.stringify({ b: TOKEN }) }))).toBe('{"a":"{\\"b\\":\\"***\\"}"}');
  });

  it.each([
    ['.NET', String.raw`a\u002Bb\u0026c\u003Cd\u003E\u0027e=/\u00DC\u0022`],
    ['Go', String.raw`a+b\u0026c\u003cd\u003e'e=/Ü\"`],
    ['Gson', String.raw`a+b\u0026c\u003cd\u003e\u0027e\u003d/Ü\"`],
    ['PHP', String.raw`a+b\u0026c\u003Cd\u003E\u0027e=\/\u00DC\u0022`],
    ['Flask', String.raw`a+b\u0026c\u003cd\u003e\u0027e=/\u00dc\"`],
    ['one who escapes it all', String.raw`a\u002bb\u0026c\u003cd\u003e\u0027e\u003d\u002f\u00dc\u0022`],
    ['Go, in JSON', String.raw`a+b\\u0026c\\u003cd\\u003e'e=/Ü\\\"`],
  ])('is hidden in JSON as written by %s', (_, written) => {
    expect(keeping(`a+b&c<d>'e=/Ü"`).text(`{"got":"${written}"}`)).toBe('{"got":"***"}');
  });

  it.each([
    ["only ' in hexadecimal", String.raw`pa\"ss w+rd/é&<x>=1\u0027Q`],
    ['only < and >, in capitals, and a slash', String.raw`pa\"ss w+rd\/é&\u003Cx\u003E=1'Q`],
    ['only +', String.raw`pa\"ss w\u002Brd/é&<x>=1'Q`],
    [
      'PHP: its own signs in capitals, foreign letters in small ones',
      String.raw`pa\"ss w+rd\/\u00e9&\u003Cx\u003E=1'Q`,
    ],
    ['JSON_HEX_APOS in JSON', String.raw`pa\\\"ss w+rd\\\/é&<x>=1\\u0027Q`],
    ['quote(quote(t)) of Python', 'pa%2522ss%20w%252Brd/%25C3%25A9%2526%253Cx%253E%253D1%2527Q'],
    ['quote(quote(t)), the blank twice', 'pa%2522ss%2520w%252Brd/%25C3%25A9%2526%253Cx%253E%253D1%2527Q'],
    ['a URL in the JSON of PHP', String.raw`pa%22ss+w%2Brd\/%C3%A9\u0026%3Cx%3E=1\u0027Q`],
  ])('is hidden whichever of its characters are escaped: %s', (_, written) => {
    expect(keeping(`pa"ss w+rd/é&<x>=1'Q`).text(`<${written}>`)).toBe('<***>');
  });

  it('is hidden whatever form each of its characters has, and however they are mixed', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '<', '"', '\\', '/', '%', 'é', '😀', ' '), minLength: 6 });
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.nat(20)), (value, picks) => {
        const [whole = ''] = spellingsOf(value);
        const written = pickOf(whole, () => picks.next().value as number);
        expect(keeping(value).text(`(${written})`)).not.toContain(written);
      }),
      { numRuns: 500 },
    );
  });

  it('of very many characters that may be escaped makes no work that grows with their forms', () => {
    const value = '<&>"\'+=/'.repeat(500);
    const secrets = keeping(value);
    expect(secrets.text(`x${JSON.stringify(value)}x${encodeURIComponent(value)}`)).toBe('x"***"x***');
    expect(secrets.text('<'.repeat(100_000))).toBe('<'.repeat(100_000));
  });

  it('is hidden where it is percent-encoded once more', () => {
    const inForm = (text: string) => new URLSearchParams({ a: text }).toString().slice(2);
    const lower = (text: string) => text.replace(/%(25)?(..)/g, code => code.toLowerCase());
    for (const once of [encodeURIComponent, encodeURI, inForm])
      for (const twice of [encodeURIComponent, inForm])
        for (const cased of [String, lower]) hidden(cased(twice(once(TOKEN))));
    expect(keeping('abc+def/ghi=').text('/login?next=%2Fx%3Fk%3Dabc%252Bdef%252Fghi%253D')).toBe(
      '/login?next=%2Fx%3Fk%3D***',
    );
  });

  it('of many lines is hidden as a whole, and line by line where a line has six characters', () => {
    const key = keeping('-----BEGIN-----\nabcdefghij\nshort\nklmnopqrst\n');
    expect(key.text('x -----BEGIN-----\nabcdefghij\nshort\nklmnopqrst\n y')).toBe('x *** y');
    expect(key.text('klmnopqrst\r\nshort\r\nabcdefghij')).toBe('***\r\nshort\r\n***');
    expect(key.text(Buffer.from('abcdefghij').toString('base64'))).toBe('***');
  });

  it('that is long is hidden in base64 that is broken into lines', () => {
    const value = 'abcdefghijklmnopqrstuvwxyz'.repeat(9);
    const broken =
      Buffer.from(value)
        .toString('base64')
        .match(/.{1,76}/g)
        ?.join('\n') ?? '';
    expect(keeping(value).text(broken)).toBe(broken.replace(/[^\n]+/g, '***'));
  });

  it('with blanks around it is hidden without them', () => {
    expect(keeping(' padded-secret\n').text('padded-secret')).toBe('***');
  });

  it('that was cut in a message is hidden as far as it goes', () => {
    expect(keeping('abcdefghijkl').text('ran "curl -H abcdefgh…"')).toBe('ran "curl -H ***…"');
    expect(keeping('abcdefghijkl').text('ab… abcd…')).toBe('ab… abcd…');
  });

  it('of fewer than six characters is not taken', () => {
    expect(keeping('12345').isEmpty).toBe(true);
    expect(keeping('ééééé').isEmpty).toBe(true);
    expect(keeping('123456').text('123456')).toBe('***');
  });

  it('that is learned a thousand times over does not fill the memory: the oldest values are forgotten', () => {
    const secrets = createSecrets();
    for (let tick = 0; tick < 1005; tick += 1) secrets.add('TOKEN', `token-${tick}-token`);
    expect(secrets.text('token-4-token token-5-token token-1004-token')).toBe('token-4-token *** ***');
  });
});

describe('an event', () => {
  const secrets = keeping('succeeded', 'deploy-prod');
  const { MASKED, ...at } = { MASKED: '***', t: 1, step: 'deploy-prod' };

  it('is masked in all its texts but those by which a run is read back', () => {
    const event: RunEvent = {
      type: 'step.finished',
      ...at,
      outcome: { state: 'failed', reason: { type: 'start', message: 'no deploy-prod here' } },
      durationMs: 1,
      attempts: 1,
    };
    expect(maskedEvent(secrets, event)).toEqual({
      ...event,
      outcome: { state: 'failed', reason: { type: 'start', message: `no ${MASKED} here` } },
    });
    const chained: RunEvent = {
      ...event,
      outcome: { state: 'skipped', reason: { type: 'need', steps: ['deploy-prod'] } },
    };
    expect(maskedEvent(secrets, chained)).toEqual(chained);
    const good: RunEvent = { ...event, outcome: { state: 'succeeded' } };
    expect(maskedEvent(secrets, good)).toEqual(good);
  });

  it('tells a saved value that holds a secret as null, whatever the name of the variable', () => {
    const saved = { type: 'has deploy-prod', step: 'deploy-prod', other: 'fine', run: null };
    const event = { type: 'tick.finished', ...at, tick: 1, outcome: { state: 'succeeded' }, saved } as const;
    expect(maskedEvent(secrets, event)).toMatchObject({ saved: { type: null, step: null, other: 'fine', run: null } });
  });

  it('masks the values of an item, whatever the names of its variables', () => {
    const event = { type: 'step.started', ...at, attempt: 1, item: { state: 'succeeded', A: 'b' } } as const;
    expect(maskedEvent(secrets, event)).toMatchObject({ item: { state: MASKED, A: 'b' } });
  });

  it('is the same object where there is no secret', () => {
    const event = { type: 'warning', t: 1, message: 'x' } as const;
    expect(maskedEvent(createSecrets(), event)).toBe(event);
  });
});

describe('secrets that are given before the start', () => {
  it('are found in a text by name; the lines of one by themselves are everybody’s', () => {
    const env: Record<string, string> = { A: '-----BEGIN KEY-----\nabcdefghij', B: 'bbbbbb', C: 'short' };
    const given = givenSecrets(['A', 'B', 'C', 'D'], name => env[name]);
    expect(given.nameIn('echo -----BEGIN KEY-----')).toBeUndefined();
    expect(given.nameIn('echo short')).toBeUndefined();
    expect(given.nameIn(`echo ${env.A}`)).toBe('A');
    expect(given.nameIn(`echo ${Buffer.from('xbbbbbb').toString('base64')}`)).toBe('B');
    expect(given.masked('x bbbbbb y')).toBe('x *** y');
  });
});

/** Laws of variables in a url: a value is one part of it, whatever it holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandUrl } from '../../src/plan/url-variables.ts';

const expanded = (url: string, values: Record<string, string>) => {
  const expansion = expandUrl(url, name => values[name]);
  return expansion.type === 'text'
    ? expansion.text
    : expansion.type === 'unset'
      ? `unset ${expansion.name}`
      : expansion.message;
};

describe('a variable in a url', () => {
  it.each([
    ['${BASE}/users', 'http://h:80/api', 'http://h:80/api/users'],
    ['${BASE}', 'http://h/a?b=c#d', 'http://h/a?b=c#d'],
    ['${BASE}/x', 'http://h/a/..', 'http://h/a/../x'],
    ['http${BASE}://h/', 's', 'https://h/'],
    ['${BASE}://h/', 'https', 'https://h/'],
    ['http://${BASE}/', 'example.org:8080', 'http://example.org:8080/'],
    ['http://${BASE}/', '[::1]:80', 'http://[::1]:80/'],
    ['http://api.${BASE}:80/x', 'example.org', 'http://api.example.org:80/x'],
    ['http://me:${BASE}@h/', 'p%40ss', 'http://me:p%40ss@h/'],
  ])('stands as it is at the beginning and in the host: %s with %s', (url, value, result) => {
    expect(expanded(url, { BASE: value })).toBe(result);
  });

  it.each([
    ['http://h/${X}/y', 'a/b c?d#e%f', 'http://h/a%2Fb%20c%3Fd%23e%25f/y'],
    ['http://h/?q=${X}&r=1', 'a&b=c+d', 'http://h/?q=a%26b%3Dc%2Bd&r=1'],
    ['http://h?q=${X}', 'ä 𝄞\n', 'http://h?q=%C3%A4%20%F0%9D%84%9E%0A'],
    ['http://h#${X}', 'a#b', 'http://h#a%23b'],
    ['http://h/${X}', '', 'http://h/'],
    ['http://h/a${X}', '..', 'http://h/a..'],
    ['http://h/?q=${X}', '..', 'http://h/?q=..'],
    ['http://h/${X:-a/b?c}', '', 'http://h/a/b?c'],
    ['http://h/$$${X}', 'x', 'http://h/$x'],
  ])('is percent-encoded behind them: %s with %j', (url, value, result) => {
    expect(expanded(url, { X: value })).toBe(result);
  });

  it('is judged by what stands before it, values included', () => {
    expect(expanded('${BASE}/${ID}', { BASE: 'http://h', ID: 'a/b' })).toBe('http://h/a%2Fb');
    expect(expanded('${BASE}${ID}', { BASE: 'http://h/x/', ID: 'a/b' })).toBe('http://h/x/a%2Fb');
    expect(expanded('${BASE}${ID}', { BASE: 'http://h', ID: '/b' })).toContain('no "/" may stand');
  });

  it.each(['a/b', 'a?b', 'a#b', 'me@h', 'a\\b', 'a b', 'a\tb', 'a\n'])(
    'that would end the host is refused: %j',
    value => {
      expect(expanded('http://${X}/', { X: value })).toMatch(
        /^url: the value of "X" is to stand in the host of the url, where no .* may stand$/,
      );
    },
  );

  it.each([
    ['http://h/a/${X}/b', { X: '..' }],
    ['http://h/a/${X}', { X: '.' }],
    ['http://h/${X}${Y}', { X: '.', Y: '.' }],
    ['http://h/.${X}/', { X: '.' }],
    ['http://h/%2e${X}/', { X: '.' }],
  ])('that would make the path lead elsewhere is refused: %s', (url, values) => {
    expect(expanded(url, values)).toBe(
      'url: the value of a variable makes a part of its path "." or "..", which leads elsewhere',
    );
  });

  it('leaves dots alone that the author wrote', () => {
    expect(expanded('http://h/a/../${X}', { X: 'b' })).toBe('http://h/a/../b');
  });

  it('that has no value is told', () => {
    expect(expanded('http://h/${X}', {})).toBe('unset X');
  });

  it('arrives as it is, for any text, in the path and in the query', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter(text => !/^\.{1,2}$/.test(text)),
        value => {
          const url = new URL(expanded('http://h/a/${X}/b?q=${X}', { X: value }));
          expect(decodeURIComponent(url.pathname.slice('/a/'.length, -'/b'.length))).toBe(value);
          expect(url.searchParams.get('q')).toBe(value);
          expect(url.host).toBe('h');
        },
      ),
    );
  });
});

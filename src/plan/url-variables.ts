/** `${NAME}` in a url: a value is one part of it, whatever it holds, and never turns into several. */
import { type Expansion, expand } from './variables.ts';

/** A url with its variables replaced, or why a value cannot stand where it should, in words. */
export type UrlExpansion = Expansion | { readonly type: 'unfit'; readonly message: string };

/**
 * Replaces the references in a url. A value at its very beginning, or in scheme and authority, stands as it is; in path,
 * query and fragment it is percent-encoded.
 */
export function expandUrl(url: string, lookup: (name: string) => string | undefined): UrlExpansion {
  let unfit: string | undefined;
  const expansion = expand(url, lookup, (value, before, name) => {
    switch (partAfter(before)) {
      case 'beginning':
        return value;
      case 'authority':
        if (ENDS_HOST.test(value))
          unfit ??= `the value of "${name}" is to stand in the host of the url, where ${fault(value)}`;
        return value;
      default:
        return encodeURIComponent(value.replace(LONE_SURROGATES, '\ufffd'));
    }
  });
  if (expansion.type === 'text' && unfit === undefined && leadsElsewhere(url, lookup, expansion.text)) {
    unfit = 'the value of a variable makes a part of its path "." or "..", which leads elsewhere';
  }
  return unfit === undefined ? expansion : { type: 'unfit', message: `url: ${unfit}` };
}

const ENDS_HOST = /[/?#@\\\s]/;
const LONE_SURROGATES = /\p{Cs}/gu;

/** The part of a url that goes on behind this beginning of it. */
function partAfter(before: string): 'beginning' | 'authority' | 'rest' {
  const authority = /^[^/?#]*:\/\/(.*)$/s.exec(before)?.[1];
  if (authority === undefined) return /[/?#]/.test(before) && !/^[^/?#]*:\/?$/.test(before) ? 'rest' : 'beginning';
  return /[/?#\\]/.test(authority) ? 'rest' : 'authority';
}

function fault(value: string): string {
  const [character = ''] = ENDS_HOST.exec(value) ?? [];
  return `${/\s/.test(character) ? 'no blank' : `no "${character}"`} may stand`;
}

/** Whether values behind the host have made parts of the path that are `.` or `..`, which no encoding prevents. */
function leadsElsewhere(url: string, lookup: (name: string) => string | undefined, expanded: string): boolean {
  if (dotsIn(expanded) === 0) return false;
  const harmless = expand(url, lookup, (value, before) => (partAfter(before) === 'rest' ? 'x' : value));
  return harmless.type === 'text' && dotsIn(expanded) > dotsIn(harmless.text);
}

const DOT = /(?:^|[/\\])(?:\.|%2e)/i;

/** How many parts of the path are `.` or `..`, in any of their spellings. */
function dotsIn(url: string): number {
  if (!DOT.test(url)) return 0;
  const [path = ''] = url.split(/[?#]/);
  return path.split(/[/\\]/).filter(part => /^(?:\.|%2e){1,2}$/i.test(part)).length;
}

/** Where the next page of a list is, as its server or the step says. */
import type { HttpPaginate } from '../../plan/plan.ts';
import { elementsAt } from '../json-pointer.ts';
import type { Answer } from '../saved.ts';
import { type HttpRequest, masked, webUrl } from './request.ts';
import { clipped, quoted } from './shown.ts';

export interface Page {
  readonly text: string;
  readonly answer: Answer;
  /** Where it came from. */
  readonly at: URL;
}

interface Fault {
  readonly fault: string;
}

/** Numbered pages begin with the one that the url names, else with 1. */
export function firstPage(request: HttpRequest, { next }: HttpPaginate): HttpRequest | Fault {
  if (next.type !== 'param') return request;
  const given = request.url.searchParams.get(next.name);
  if (given === null) return { ...request, url: withParam(request.url, next.name, 1) };
  if (/^\d{1,15}$/.test(given)) return request;
  return {
    fault: `the parameter "${next.name}" is to count pages, and is ${quoted(given)} in the url, no whole number`,
  };
}

/** Where the next page is; undefined after the last one. @param count of the elements of this page. */
export function nextUrl(
  request: HttpRequest,
  { text, answer, at }: Page,
  { next }: HttpPaginate,
  count: number,
): URL | undefined | Fault {
  switch (next.type) {
    case 'param': {
      // Only here does nothing else say where the list ends.
      if (count === 0) return undefined;
      return withParam(request.url, next.name, Number(request.url.searchParams.get(next.name)) + 1);
    }
    case 'header': {
      const target = linkNext(String(answer.headers.link ?? ''), at);
      return typeof target === 'string' ? urlOr(target, at, 'the header Link') : target;
    }
    case 'pointer': {
      const target = targetAt(text.replace(/^\ufeff/, ''), next.pointer);
      return typeof target === 'string' ? urlOr(target, at, `"${next.pointer}"`) : target;
    }
    default:
      return next satisfies never;
  }
}

function withParam(url: URL, name: string, value: number): URL {
  const next = new URL(url);
  next.searchParams.set(name, String(value));
  return next;
}

function targetAt(json: string, pointer: string): string | undefined | Fault {
  const found = elementsAt(json, pointer);
  if (found.type === 'missing') return undefined;
  const is = (what: string) => ({ fault: `"${pointer}" is to lead to the next page, and is ${what}, no URL` });
  if (found.type === 'array') return is('an array');
  const value: unknown = JSON.parse(found.text);
  if (value === null || value === false || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return is(typeof value === 'number' ? 'a number' : 'true');
  // As HAL writes it.
  const hint = 'href' in value ? `; perhaps "${pointer}/href" is meant` : '';
  return { fault: `${is('an object').fault}${hint}` };
}

function urlOr(text: string, from: URL, where: string): URL | Fault {
  const url = webUrl(text, from);
  if (url === undefined) {
    return { fault: `${where} is to lead to the next page, and is no URL: "${masked(clipped(text))}"` };
  }
  // It is not sent: with another one it is the same page.
  url.hash = '';
  return url;
}

/** The target of the link to what is next (RFC 8288); undefined where none is. @param at whence the links lead. */
export function linkNext(header: string, at?: URL): string | undefined | Fault {
  let rest = header;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    if (rest === '') return undefined;
    const [whole, target, params = ''] = LINK.exec(rest) ?? [];
    if (whole === undefined) return { fault: `the header Link cannot be read: ${quoted(rest)}` };
    rest = rest.slice(whole.length);
    if (isNext(params, at)) return target;
  }
}

/** Whether these parameters are of a link from here to what is next. Of several relations the first counts. */
function isNext(params: string, at: URL | undefined): boolean {
  let relations: readonly string[] | undefined;
  for (const [, name = '', text, plain = ''] of params.matchAll(PARAM)) {
    const value = text?.replace(/\\(.)/g, '$1') ?? plain;
    if (name.toLowerCase() === 'rel') relations ??= value.toLowerCase().split(/\s+/);
    if (name.toLowerCase() === 'anchor' && !isHere(value, at)) return false;
  }
  return relations?.includes('next') ?? false;
}

/** Whether the link is one of the page itself. */
function isHere(anchor: string, at: URL | undefined): boolean {
  const from = webUrl(anchor, at);
  return anchor === '' || (at !== undefined && from?.href.replace(/#.*/, '') === at.href.replace(/#.*/, ''));
}

const PARAM = /\s*;\s*(?:([^=;,\s"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*)))?)?/g;
const LINK = new RegExp(`^<([^>]*)>((?:${PARAM.source.replace(/\((?!\?)/g, '(?:')})*)\\s*(?=,|$)`);

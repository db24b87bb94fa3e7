/** Where the next page of a list is, as its server or the step says. */
import type { HttpPaginate, Json } from '../../plan/plan.ts';
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
    case 'cursor': {
      const cursor = cursorAt(text.replace(/^\ufeff/, ''), next.pointer);
      return typeof cursor === 'string' ? withParam(request.url, next.name, cursor) : cursor;
    }
    default:
      return next satisfies never;
  }
}

function withParam(url: URL, name: string, value: number | string): URL {
  const next = new URL(url);
  next.searchParams.set(name, String(value));
  return next;
}

function targetAt(json: string, pointer: string): string | undefined | Fault {
  const found = wayOn(json, pointer);
  if (found === undefined) return undefined;
  const { value } = found;
  if (typeof value === 'string') return value;
  return {
    fault: `"${pointer}" is to lead to the next page, and is ${kindOf(value)}, no URL${hintFor(value, pointer)}`,
  };
}

function hintFor(value: Json, pointer: string): string {
  // As HAL writes it.
  const isLink = typeof value === 'object' && value !== null && 'href' in value;
  if (isLink) return `; perhaps "${pointer}/href" is meant`;
  return typeof value === 'number' ? `; give the parameter that takes it: {"param": …, "from": "${pointer}"}` : '';
}

function cursorAt(json: string, pointer: string): string | undefined | Fault {
  const found = wayOn(json, pointer);
  if (found === undefined) return undefined;
  const { value, text } = found;
  if (typeof value === 'string') return value;
  // With all its digits.
  if (typeof value === 'number') return text;
  return { fault: `"${pointer}" is to say where the next page begins, and is ${kindOf(value)}, no text or number` };
}

/** What a page says of the next one; undefined where there is none. */
function wayOn(json: string, pointer: string): { readonly value: Json; readonly text: string } | undefined {
  const found = elementsAt(json, pointer);
  if (found.type === 'missing') return undefined;
  if (found.type === 'array') return { value: [], text: '' };
  const value: Json = JSON.parse(found.text);
  return value === null || value === false || value === '' ? undefined : { value, text: found.text };
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'number' ? 'a number' : 'true';
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

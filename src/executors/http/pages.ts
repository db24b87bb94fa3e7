/** A list that comes in pages: from one to the next, as one JSON array. */
import type { Failed, Outcome } from '../../events/outcome.ts';
import type { HttpPaginate } from '../../plan/plan.ts';
import { atPointer, elementsAt, jsonFault } from '../json-pointer.ts';
import type { Answer } from '../saved.ts';
import { otherRequest, type Surroundings } from './redirect.ts';
import { type HttpRequest, label, masked, webUrl } from './request.ts';
import { failed } from './verdict.ts';

/** Pages that are walked where nothing is said; more of them are a failure, not an end. */
const MOST_PAGES = 1000;

export interface Page {
  readonly text: string;
  readonly answer: Answer;
  /** Where it came from. */
  readonly at: URL;
}

export interface Walk extends Surroundings {
  readonly paginate: HttpPaginate;
  /** Asks for one page; the failure where it is not as expected. */
  readonly ask: (request: HttpRequest) => Promise<Page | Failed>;
  /** Takes a piece of the array. */
  readonly write: (text: string) => Promise<void> | undefined;
}

/** Walks all pages. */
export async function walkPages(first: HttpRequest, walk: Walk): Promise<Outcome> {
  const { paginate, ask, write } = walk;
  const { max = MOST_PAGES } = paginate;
  const visited = new Set<string>();
  let request = started(first, paginate);
  let count = 0;
  for (let pages = 1; ; pages += 1) {
    visited.add(request.url.href);
    const page = await ask(request);
    if ('state' in page) return page;
    const elements = elementsOf(page, paginate);
    if ('fault' in elements) return failed('answer', `${label(request)}: ${elements.fault}`, page.answer);
    for (const element of elements.found) {
      await write(`${count === 0 ? '[' : ',\n'}${element}`);
      count += 1;
    }
    const next = nextUrl(request, page, paginate, elements.found.length);
    if (typeof next === 'object' && 'fault' in next) {
      return failed('answer', `${label(request)}: ${next.fault}`, page.answer);
    }
    if (next === undefined || (pages === max && paginate.max !== undefined)) {
      await write(count === 0 ? '[]\n' : ']\n');
      return { state: 'succeeded', status: page.answer.status };
    }
    if (visited.has(next.href)) {
      return failed(
        'answer',
        `${label(request)}: the next page is "${masked(next.href)}", where it has been`,
        page.answer,
      );
    }
    if (pages === max) {
      return failed(
        'answer',
        `${label(request)}: over ${max} pages; give paginate "max" if so many are meant`,
        page.answer,
      );
    }
    const following = pageAt(first, next, { ...walk, number: pages + 1 });
    if ('fault' in following) return failed('proxy', `${label(request)}: ${following.fault}`);
    request = following;
  }
}

/** The request for a further page. Another origin is told nothing but what is asked for; a key is that of one page. */
function pageAt(first: HttpRequest, url: URL, { number, ...surroundings }: Surroundings & { readonly number: number }) {
  const request = otherRequest(first, url, surroundings);
  if ('fault' in request) return request;
  const isElsewhere = url.origin !== first.url.origin;
  const { payload, ...rest } = request;
  const { 'idempotency-key': key, ...others } = request.headers;
  const headers = isElsewhere
    ? Object.fromEntries(Object.entries(others).filter(([name]) => HARMLESS.includes(name)))
    : { ...others, ...(key === undefined ? {} : { 'idempotency-key': `${key}-${number}` }) };
  return { ...rest, headers, ...(payload === undefined || isElsewhere ? {} : { payload }) };
}

/** Headers that any server may know. */
const HARMLESS = ['accept', 'accept-encoding', 'accept-language', 'user-agent'];

/** Numbered pages begin with the one that the url names, else with 1. */
function started(request: HttpRequest, { next }: HttpPaginate): HttpRequest {
  if (next.type !== 'param' || request.url.searchParams.has(next.name)) return request;
  return { ...request, url: withParam(request.url, next.name, 1) };
}

function withParam(url: URL, name: string, value: number): URL {
  const next = new URL(url);
  next.searchParams.set(name, String(value));
  return next;
}

/** The elements of a page, as JSON; without a pointer a page that is no array is one itself. */
function elementsOf({ text }: Page, { items }: HttpPaginate): { readonly found: readonly string[] } | Fault {
  const json = text.replace(/^\ufeff/, '');
  const fault = json.trim() === '' ? 'it is empty' : jsonFault(json);
  if (fault !== undefined) return { fault: `the page is no JSON: ${fault}` };
  const elements = elementsAt(json, items ?? '');
  if (elements.type === 'array') return { found: elements.elements };
  if (elements.type === 'missing') return { fault: `nothing is at "${items}": ${elements.words}` };
  return items === undefined ? { found: [elements.text] } : { fault: `what is at "${items}" is no array` };
}

interface Fault {
  readonly fault: string;
}

/** Where the next page is; undefined after the last one. */
function nextUrl(
  request: HttpRequest,
  { text, answer, at }: Page,
  { next }: HttpPaginate,
  count: number,
): URL | undefined | Fault {
  if (count === 0) return undefined;
  switch (next.type) {
    case 'param': {
      const page = Number(request.url.searchParams.get(next.name));
      return withParam(request.url, next.name, page + 1);
    }
    case 'header': {
      const target = linkNext(String(answer.headers.link ?? ''));
      return target === undefined ? undefined : urlOr(target, at, 'the header Link');
    }
    case 'pointer': {
      const found = atPointer(text.replace(/^\ufeff/, ''), next.pointer);
      const isEnd = found.type === 'missing' || ['', 'null', 'false'].includes(found.text);
      return isEnd ? undefined : urlOr(found.text, at, `"${next.pointer}"`);
    }
    default:
      return next satisfies never;
  }
}

function urlOr(text: string, from: URL, where: string): URL | Fault {
  return webUrl(text, from) ?? { fault: `${where} is to lead to the next page, and is no URL: "${masked(text)}"` };
}

/** The target of the link to what is next (RFC 8288). */
export function linkNext(header: string): string | undefined {
  for (const [, target, params = ''] of header.matchAll(LINK)) {
    for (const [, name = '', quoted, plain = ''] of params.matchAll(PARAM)) {
      const relations = (quoted ?? plain).toLowerCase().split(/\s+/);
      if (name.toLowerCase() === 'rel' && relations.includes('next')) return target;
    }
  }
  return undefined;
}

const PARAM = /\s*;\s*([^=;,\s]+)(?:\s*=\s*(?:"([^"]*)"|([^",;\s]*)))?/g;
const LINK = new RegExp(`<([^>]*)>((?:${PARAM.source.replace(/\((?!\?)/g, '(?:')})*)`, 'g');

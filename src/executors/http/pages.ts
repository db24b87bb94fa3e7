/** A list that comes in pages: from one to the next, as one JSON array. */
import type { Failed, Outcome } from '../../events/outcome.ts';
import type { HttpPaginate } from '../../plan/plan.ts';
import { elementsAt, jsonFault } from '../json-pointer.ts';
import { firstPage, nextUrl, type Page } from './next-page.ts';
import { otherRequest, type Surroundings } from './redirect.ts';
import { type HttpRequest, label, masked } from './request.ts';
import { failed } from './verdict.ts';

/** Pages that are walked where nothing is said; more of them are a failure, not an end. */
const MOST_PAGES = 1000;

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
  const start = firstPage(first, paginate);
  if ('fault' in start) return failed('request', `${label(first)}: ${start.fault}`);
  let request = start;
  let count = 0;
  for (let pages = 1; ; pages += 1) {
    visited.add(withoutHash(request.url));
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
    if (visited.has(withoutHash(next))) {
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

function withoutHash({ href }: URL): string {
  return href.replace(/#.*/s, '');
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

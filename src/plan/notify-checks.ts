/** The rules of `notify`, and its texts in which `${NAME}` is expanded. */
import { httpFindings } from './http-checks.ts';
import { requestTexts } from './http-names.ts';
import { isRaw } from './raw.ts';
import { OF_FINALLY, OF_RUN } from './references.ts';
import type { Finding, Path, Placed } from './source.ts';

const URLS = ['ping', 'slack'] as const;
const REQUESTS = ['start', 'success', 'failure'] as const;

/** What is wrong with `notify`. Values of a wrong type are passed over. */
export function notifyFindings(notify: unknown): Finding[] {
  const path: Path = ['notify'];
  if (typeof notify === 'string') return urlFindings(notify, path);
  if (!isRaw(notify)) return [];
  if (Object.keys(notify).length === 0) {
    return [{ message: `nobody is told: add one of ${[...URLS, ...REQUESTS].join(', ')}`, path, at: 'value' }];
  }
  return [
    ...URLS.flatMap(key => urlFindings(notify[key], [...path, key])),
    ...REQUESTS.flatMap(key => httpFindings(notify[key], [...path, key], false).errors),
  ];
}

function urlFindings(url: unknown, path: Path): Finding[] {
  if (typeof url !== 'string') return [];
  // The fault is of the text, which stands where an object would have its url.
  return httpFindings({ url }, path, false).errors.map(finding => ({ ...finding, path }));
}

/** The texts with the names that are known in them besides: at the end also how the run has ended. */
export function notifyTexts(notify: unknown): readonly (Placed & { readonly besides: ReadonlySet<string> })[] {
  const ended = new Set([...OF_RUN, ...OF_FINALLY]);
  if (typeof notify === 'string') return [{ text: notify, path: ['notify'], kind: 'place' as const, besides: OF_RUN }];
  if (!isRaw(notify)) return [];
  return [
    ...URLS.map(key => ({ text: notify[key], path: ['notify', key], kind: 'place' as const, besides: OF_RUN })),
    ...REQUESTS.flatMap(key =>
      requestTexts(notify[key], ['notify', key]).map(placed => ({
        ...placed,
        besides: key === 'start' ? OF_RUN : ended,
      })),
    ),
  ];
}

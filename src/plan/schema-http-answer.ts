/** The keys that say what the answer to a request must be, each with what an editor says about it. */
import { key, oneOf, some, wholeNumber, words } from './schema-terms.ts';

const status = oneOf('a status such as 204, or a class such as "2xx"', [
  wholeNumber('a status from 100 to 599', 100, 599),
  words(['1xx', '2xx', '3xx', '4xx', '5xx'], 'a status such as 204, or a class such as "2xx"'),
]);

export const expectShape = {
  status: key(
    oneOf('a status, a class such as "2xx", or an array of them', [status, some(status, 'at least one status')]),
    'Statuses that count as success, default "2xx". Example: [200, 404] or "3xx".',
  ),
};

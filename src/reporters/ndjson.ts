/** The events themselves, one JSON object a line: for machines. */
import type { Reporter, Sink } from './reporter.ts';

/** Control characters that JSON leaves as they are; a terminal may be looking on. */
const UNESCAPED = /[\x7f-\x9f]/g;

export function createNdjson({ sink }: { readonly sink: Sink }): Reporter {
  return {
    name: 'ndjson',
    report(event) {
      const json = JSON.stringify(event).replace(UNESCAPED, char => `\\u00${char.charCodeAt(0).toString(16)}`);
      return sink.write(`${json}\n`);
    },
    close: () => sink.flush(),
  };
}

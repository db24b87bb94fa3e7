/** The events themselves, one JSON object a line: for machines. */
import { jsonLine } from './json-line.ts';
import type { Reporter, Sink } from './reporter.ts';

export function createNdjson({ sink }: { readonly sink: Sink }): Reporter {
  return {
    name: 'ndjson',
    report(event) {
      return sink.write(jsonLine(event));
    },
    close: () => sink.flush(),
  };
}

/** `runjobs schema`: the JSON Schema of job files or of events, on standard output. */
import { eventSchema } from '../../events/event-schema.ts';
import { planJsonSchema } from '../../plan/json-schema.ts';
import { EXIT } from '../exit.ts';
import type { SchemaFlags } from '../requests.ts';
import { openStreams } from '../streams.ts';

/** Prints the schema; resolves to the exit code. */
export async function schemaCommand({ events = false }: SchemaFlags): Promise<number> {
  const streams = openStreams();
  void streams.stdout.write(`${JSON.stringify(events ? eventSchema : planJsonSchema(), null, 2)}\n`);
  await streams.flush();
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}

/** `runjobs schema`: the JSON Schema of job files or of events, on standard output. */
import { eventSchema } from '../../events/event-schema.ts';
import { planJsonSchema } from '../../plan/json-schema.ts';
import { EXIT } from '../exit.ts';
import type { SchemaFlags } from '../options.ts';
import { createSink } from '../sink.ts';

/** Prints the schema; resolves to the exit code. */
export async function schemaCommand({ events = false }: SchemaFlags): Promise<number> {
  const out = createSink(process.stdout);
  void out.write(`${JSON.stringify(events ? eventSchema : planJsonSchema(), null, 2)}\n`);
  await out.flush();
  return EXIT.ok;
}

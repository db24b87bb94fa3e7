/** The JSON Schema of job files, by which an editor completes, explains and checks them. */
import * as z from 'zod/mini';
import { BODIES, GOES_WITH, REQUEST_BODIES } from './bodies.ts';
import { KEPT_IDS } from './ids.ts';
import { planSchema } from './schema.ts';

interface Schema {
  properties?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
  anyOf?: Schema[];
  [keyword: string]: unknown;
}

/** Draft 7: the shape of every key with its description, and the table of bodies. */
export function planJsonSchema(): Schema {
  const root = rawSchema() as Schema;
  const { ready: _, ...properties } = root.properties ?? {};
  const { step, definition, ...definitions } = root.definitions ?? {};
  // It may say what it is anyway.
  if (properties.background) properties.background.enum = [false];
  // The root's own id is in no path.
  if (step?.properties?.id) step.properties.id.not = { enum: KEPT_IDS };
  // A request is the same wherever it stands.
  const probes = step?.properties?.ready?.properties;
  if (probes) probes.http = sameRequest(probes.http);
  const pings = properties.notify?.anyOf?.find(branch => branch.type === 'object')?.properties;
  for (const moment of ['start', 'success', 'failure']) if (pings) pings[moment] = sameRequest(pings[moment]);
  if (probes) Object.assign(step?.properties?.ready ?? {}, oneProbe);
  return {
    $id: 'urn:runjobs:plan',
    // At the root, pools say what there is.
    ...withLibraries(withRules({ ...root, properties }, ['pools'])),
    patternProperties: { '^x-': { description: 'Yours: passed over. A place for parts that YAML anchors name.' } },
    definitions: { step: withRules(step ?? {}), definition: withRules(definition ?? {}), ...definitions },
  };
}

/** A plan that has only definitions needs no body. */
function withLibraries(root: Schema): Schema {
  const bodies = root.oneOf as Schema[];
  return { ...root, oneOf: [...bodies, { required: ['define'], not: { anyOf: bodies } }] };
}

/** Adds what the second pass checks: exactly one body, keys that go with certain bodies, one kind of request body, one source of standard input. */
function withRules(step: Schema, free: readonly string[] = []): Schema {
  const request = step.properties?.http?.anyOf?.find(branch => branch.type === 'object');
  if (request) request.not = { anyOf: pairs(REQUEST_BODIES).map(required => ({ required })) };
  const { stdin } = step.properties ?? {};
  if (stdin) stdin.oneOf = [{ required: ['text'] }, { required: ['file'] }];
  return {
    ...step,
    oneOf: BODIES.map(body => ({ required: [body] })),
    dependencies: Object.fromEntries(
      Object.entries(GOES_WITH)
        .filter(([key]) => !free.includes(key))
        .map(([key, bodies]) => [key, { anyOf: bodies.map(body => ({ required: [body] })) }]),
    ),
  };
}

function sameRequest(request: Schema | undefined): Schema {
  return { ...about(request), allOf: [{ $ref: '#/definitions/step/properties/http' }] };
}

/** Exactly one kind of probe. */
const oneProbe = { oneOf: ['http', 'tcp', 'log', 'run'].map(probe => ({ required: [probe] })) };

function about({ description }: Schema = {}): Schema {
  return description === undefined ? {} : { description };
}

/** Every two of them. */
function pairs(words: readonly string[]): string[][] {
  return words.flatMap((one, index) => words.slice(index + 1).map(other => [one, other]));
}

/** The schema as zod writes it down for others: draft 7, which editors know best. */
function rawSchema() {
  return z.toJSONSchema(planSchema, {
    target: 'draft-7',
    io: 'input',
    override({ jsonSchema }) {
      if ((jsonSchema.maximum ?? 0) > 1e9) delete jsonSchema.maximum;
    },
  });
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { StopInput } from '../../src/plan/input.ts';
import { planJsonSchema } from '../../src/plan/json-schema.ts';
import type { StopPolicy, StopSignal } from '../../src/plan/plan.ts';
import { SIGNALS } from '../../src/plan/signals.ts';

const files = ['src/plan', 'src/events'].flatMap(room => readdirSync(room).map(name => join(room, name)));

describe('the types of the library', () => {
  test.each(files)('need no types of Node: %s', file => {
    expect(readFileSync(file, 'utf8')).not.toMatch(/\bNodeJS\./);
  });

  test('name the signals that the schema takes, each of them one of Node', () => {
    expectTypeOf<StopSignal>().toExtend<NodeJS.Signals>();
    expectTypeOf<StopPolicy['signal']>().toEqualTypeOf<StopSignal>();
    expectTypeOf<StopInput['signal']>().toEqualTypeOf<StopSignal | undefined>();
    expect(JSON.stringify(planJsonSchema())).toContain(`"enum":${JSON.stringify(SIGNALS)}`);
  });
});

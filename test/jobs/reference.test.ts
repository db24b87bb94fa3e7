/** Holds the reference of the job file, jobs/README.md, and the plans beside it against the schema and the loader. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadCron } from '../../src/plan/cron.ts';
import { planJsonSchema } from '../../src/plan/json-schema.ts';
import { type LoadResult, loadPlan, planFrom } from '../../src/plan/load.ts';
import { keysOf, type Schema } from '../support/keys.ts';

await loadCron();

const JOBS = resolve('jobs');
const readme = readFileSync(join(JOBS, 'README.md'), 'utf8');
const plans = readdirSync(JOBS).filter(name => /\.(json|yaml|mjs)$/.test(name));

const schema = planJsonSchema() as Schema;
const validate = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema);

/** What the examples use without saying where it comes from. */
const given = {
  set: {},
  files: [],
  env: { ID: '1', NAME: 'x', TEXT: 'x', TOKEN: 'x', PASSWORD: 'x', KEY: 'x', SHA256: 'x' },
};

const step = schema.definitions?.step ?? {};
const stepKeys = new Map(keysOf(step));
const allKeys = new Map([...keysOf(schema), ...stepKeys]);

interface Row {
  readonly heading: string;
  readonly key: string;
  /** By the head of its column. */
  readonly cells: Readonly<Record<string, string>>;
}

/** The rows of every table whose first column is `key`. */
const rows = [...tableRows(readme)];

function* tableRows(markdown: string): Generator<Row> {
  let heading = '';
  let columns: readonly string[] = [];
  for (const line of markdown.split('\n')) {
    if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
    const cells = line.startsWith('|') ? line.slice(1, -1).split('|') : [];
    const texts = cells.map(cell => cell.trim());
    if (texts.length === 0) columns = [];
    else if (columns.length === 0) columns = texts;
    else if (columns[0] === 'key' && !/^-+$/.test(texts[0] ?? '')) {
      const named = Object.fromEntries(columns.map((column, index) => [column, texts[index] ?? '']));
      yield { heading, key: spanOf(named.key), cells: named };
    }
  }
}

/** What stands in the only code span of a cell. */
function spanOf(cell = ''): string {
  const text = /^`([^`]+)`$/.exec(cell)?.[1];
  if (text === undefined) throw new Error(`"${cell}" is not one code span`);
  return text;
}

/** What some keys need in the object in which they stand. */
const BESIDE: Readonly<Record<string, object>> = {
  'http.multipart.NAME.name': { file: 'report.csv' },
  'http.multipart.NAME.type': { file: 'report.csv' },
  'http.auth.basic.user': { password: 'x' },
  'http.auth.basic.password': { user: 'ann' },
  'http.paginate.next.from': { param: 'cursor' },
  'http.paginate.items': { next: 'header' },
  'http.paginate.max': { next: 'header' },
  'http.tls.cert': { key: 'client.pem' },
  'http.tls.key': { cert: 'client.pem' },
  'httpDefaults.tls.cert': { key: 'client.pem' },
  'httpDefaults.tls.key': { cert: 'client.pem' },
  'httpDefaults.auth.basic.user': { password: 'x' },
  'httpDefaults.auth.basic.password': { user: 'ann' },
};

/** The value below the parts of its key. @param outer the parts before them. */
function nestedIn([part, ...below]: readonly string[], value: unknown, outer: string): unknown {
  if (part === undefined) return value;
  const key = `${outer}.${part}`;
  // Where the name is a JSON pointer.
  const name = key.endsWith('json.NAME') ? '/NAME' : part;
  return { ...BESIDE[key], [name]: nestedIn(below, value, key) };
}

/** A plan that holds nothing but the value of a row's example at its key, and what that key needs beside it. */
function planWith(key: string, value: unknown): unknown {
  const [first = '', ...below] = key.split('.');
  const required: Readonly<Record<string, object>> = {
    http: { url: 'https://example.org' },
    every: { interval: '1s' },
    retry: { times: 1 },
    finally: { steps: [] },
    stop: {},
    lock: {},
    schedule: { cron: '@daily' },
    needs: { id: 'build' },
    envFile: { path: '.env' },
    ready: ['http', 'tcp', 'log', 'run'].includes(below[0] ?? '') ? {} : { tcp: 80 },
  };
  const nested = nestedIn(below, value, first);
  if (key === 'every.cron' || key === 'every.timezone')
    return { run: 'true', every: { cron: '@daily', [below[0] ?? '']: value } };
  const merged = below.length === 0 ? value : { ...required[first], ...(nested as object) };
  const held = { [first]: merged };
  if (['run', 'http', 'steps', 'gather', 'any', 'sleep'].includes(first)) return held;
  if (first === 'use') return { define: { build: 'npm run build' }, ...held };
  if (['limit', 'failFast', 'tolerate'].includes(first)) return { gather: [], ...held };
  if (first === 'needs')
    return {
      failFast: false,
      gather: [{ run: 'true', needs: [merged].flat() }, ...['build', 'lint'].map(id => ({ id, run: 'true' }))],
    };
  if (first === 'httpDefaults') return { steps: [{ http: 'https://example.org' }], ...held };
  if (first === 'secrets') return { run: 'true', inputs: { API_TOKEN: {} }, ...held };
  if (first === 'ready') return { steps: [{ run: 'true', background: true, ...held }] };
  return first === 'background' ? { steps: [{ run: 'true', ...held }] } : { run: 'true', ...held };
}

function problemsOf(loaded: LoadResult): string[] {
  const problems = loaded.type === 'rejected' ? loaded.problems : loaded.warnings;
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('the tables of the reference', () => {
  it('name every key of the schema, and no other', () => {
    const named = new Set(rows.map(({ key }) => key));
    expect([...named].sort()).toEqual([...allKeys.keys()].sort());
  });

  it('name exactly the keys that only the root has under "Keys of the root"', () => {
    const rootOnly = Object.keys(schema.properties ?? {}).filter(key => key === 'pools' || !stepKeys.has(key));
    const named = rows.filter(({ heading }) => heading === 'Keys of the root').map(({ key }) => key);
    const patterned = Object.keys(schema.patternProperties ?? {}).map(pattern => `${pattern.slice(1)}NAME`);
    const [first, ...others] = rootOnly;
    expect(named.filter(key => !key.includes('.'))).toEqual([first, ...patterned, ...others]);
  });

  it.each(rows.map(row => ({ row, key: row.key, example: spanOf(row.cells.example) })))(
    'give an example of $key that is valid where it stands: $example',
    ({ key, example }) => {
      const plan = planWith(key, parse(example));
      expect(
        problemsOf(planFrom(plan, { folder: '/', file: '/plan.json', given })).filter(
          words => !/is sent with GET|^root\.envFile.*: no such file/.test(words),
        ),
      ).toEqual([]);
      expect(validate(plan), JSON.stringify(validate.errors)).toBe(true);
    },
  );

  it.each(rows.filter(({ cells }) => /^`.*`$/.test(cells.default ?? '')).map(({ key, cells }) => ({ key, cells })))(
    'give the default of $key that its description gives',
    ({ key, cells }) => {
      const told = spanOf(cells.default).replace(/^\[(.*)\]$/, '$1');
      const { description = '' } = allKeys.get(key) ?? {};
      expect(description.toLowerCase()).toContain(told.toLowerCase());
    },
  );
});

describe('the text of the reference', () => {
  const fences = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
  const examples = fences.filter(({ language }) => language === 'yaml' || language === 'json');

  it('has examples in both languages', () => {
    expect(new Set(examples.map(({ language }) => language))).toEqual(new Set(['yaml', 'json']));
  });

  it.each(examples)('holds complete plans only: $text', async ({ text }) => {
    const loaded = await loadPlan('-', { cwd: 'jobs', given, stdin: async () => Buffer.from(text) });
    expect(problemsOf(loaded)).toEqual([]);
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('names every plan beside it, and links to files and headings that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(
      ([, heading = '']) => `#${heading.toLowerCase().replaceAll(' ', '-')}`,
    );
    expect([...new Set(links.filter(link => !link.startsWith('#')))].sort()).toEqual([...plans].sort());
    for (const link of links.filter(link => link.startsWith('#'))) expect(headings).toContain(link);
  });
});

describe('the plans beside the reference', () => {
  it.each(plans)('%s has no problem and no warning', async name => {
    expect(problemsOf(await loadPlan(join(JOBS, name)))).toEqual([]);
  });

  it.each(plans)('%s is valid by the JSON Schema, for a validator that is not ours', async name => {
    const path = join(JOBS, name);
    const value =
      extname(name) === '.mjs'
        ? (await import(pathToFileURL(path).href)).default
        : parse(readFileSync(path, 'utf8'), { merge: true });
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each(plans.filter(name => extname(name) !== '.mjs'))('%s names the schema for editors', name => {
    const text = readFileSync(join(JOBS, name), 'utf8');
    expect(text).toMatch(/^(# yaml-language-server: \$schema=|\{\n {2}"\$schema": ")\.\.\/dist\/plan\.schema\.json/);
  });
});

it('every key of the schema has a description', () => {
  const bare = [...allKeys].filter(([, { description }]) => !description?.trim()).map(([key]) => key);
  expect(bare).toEqual([]);
});

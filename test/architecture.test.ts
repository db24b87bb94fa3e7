import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What a room may import: rooms and files of ours, packages, modules of Node. Arrows point downwards only. */
interface Room {
  readonly ours: readonly string[];
  readonly packages?: readonly string[];
  /** Modules of Node, in the rooms where they are few. */
  readonly node?: readonly string[];
}

/** What commands and requests share. */
const KEEPING = ['keeping', 'saved', 'saved-file', 'parts', 'json-pointer'].map(name => `src/executors/${name}.ts`);

const ROOMS: Record<string, Room> = {
  'src/plan': { ours: ['src/plan'], packages: ['zod', 'yaml', 'jsonc-parser', 'croner'] },
  'src/events': { ours: ['src/events', 'src/plan/plan.ts', 'src/plan/paths.ts', 'src/plan/ranges.ts'], node: [] },
  'src/engine': { ours: ['src/engine', 'src/events', 'src/plan'], node: ['node:string_decoder'] },
  'src/executors': {
    ours: [
      'src/executors',
      'src/engine/executor.ts',
      'src/engine/stop.ts',
      'src/engine/clock.ts',
      'src/events',
      'src/plan',
    ],
  },
  'src/executors/command': {
    ours: [
      'src/executors/command',
      ...KEEPING,
      'src/engine/executor.ts',
      'src/engine/stop.ts',
      'src/events',
      'src/plan',
    ],
    packages: ['execa'],
  },
  'src/executors/http': {
    ours: ['src/executors/http', ...KEEPING, 'src/engine/executor.ts', 'src/engine/stop.ts', 'src/events', 'src/plan'],
    packages: ['undici', 'tough-cookie'],
  },
  'src/executors/queue': {
    ours: ['src/executors/queue', ...KEEPING, 'src/engine/executor.ts', 'src/engine/stop.ts', 'src/events', 'src/plan'],
    packages: ['bullmq', 'ioredis'],
  },
  'src/executors/lists': {
    ours: ['src/executors/lists', 'src/engine/executor.ts', 'src/plan'],
    packages: ['csv-parse', 'tinyglobby'],
  },
  'src/journal': { ours: ['src/journal', 'src/engine/executor.ts', 'src/events', 'src/plan'] },
  'src/reporters': {
    ours: [
      'src/reporters',
      'src/events',
      ...[
        'src/plan/plan.ts',
        'src/plan/paths.ts',
        'src/plan/ranges.ts',
        'src/plan/saved-names.ts',
        'src/plan/suggest.ts',
        'src/plan/quote.ts',
        'src/plan/nearer.ts',
        'src/plan/clock-words.ts',
      ],
    ],
    packages: ['listr2', 'chalk'],
    node: ['node:util', 'node:path'],
  },
  'src/cli': { ours: ['src'], packages: ['commander'] },
  'src/claim.ts': { ours: ['src/plan', 'src/events', 'src/engine', 'src/executors', 'src/journal'] },
  'src/assemble.ts': { ours: ['src/claim.ts', 'src/plan', 'src/events', 'src/engine', 'src/executors', 'src/journal'] },
  'src/root-run.ts': { ours: ['src/assemble.ts', 'src/claim.ts', 'src/executors', 'src/journal'] },
  'src/library-options.ts': { ours: ['src/plan'] },
  'src/index.ts': { ours: ['src/root-run.ts', 'src/library-options.ts', 'src/plan', 'src/events', 'src/engine'] },
};

/** Files that alone may import something their room may not. */
const ONLY: Record<string, readonly string[]> = {
  zod: [
    'src/plan/schema.ts',
    'src/plan/schema-command.ts',
    'src/plan/schema-data.ts',
    'src/plan/schema-http.ts',
    'src/plan/schema-http-answer.ts',
    'src/plan/schema-http-shared.ts',
    'src/plan/schema-lazy.ts',
    'src/plan/schema-modifiers.ts',
    'src/plan/schema-narrow.ts',
    'src/plan/schema-ready.ts',
    'src/plan/schema-remote.ts',
    'src/plan/schema-root.ts',
    'src/plan/schema-terms.ts',
    'src/plan/json-schema.ts',
  ],
  commander: [
    'src/cli/options.ts',
    'src/cli/option-sets.ts',
    'src/cli/past-commands.ts',
    'src/cli/queue-options.ts',
    'src/cli/values.ts',
  ],
};

/** Rooms that start no timer and read no clock but the engine's; `clock.ts` is where the machine's own is. */
const TIMELESS = ['src/plan', 'src/events', 'src/engine', 'src/reporters'];

const files = list('src');
const imports = new Map(files.map(file => [file, importsOf(file)]));

describe('the architecture', () => {
  it.each(files)('%s imports only what its room may', file => {
    const name = roomOf(file);
    const room = ROOMS[name];
    if (room === undefined) throw new Error(`${file} is in no room`);
    const wrong = (imports.get(file) ?? []).filter(({ target, isOurs }) => {
      if (isOurs) return !room.ours.some(allowed => target === allowed || target.startsWith(`${allowed}/`));
      if (target.startsWith('node:')) return room.node !== undefined && !room.node.includes(target);
      return !(room.packages ?? []).includes(target) || !(ONLY[target]?.includes(file) ?? true);
    });
    expect(wrong.map(({ target }) => target)).toEqual([]);
  });

  it('has no circle of imports', () => {
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]) => {
      if (trail.includes(file)) throw new Error([...trail.slice(trail.indexOf(file)), file].join(' → '));
      if (done.has(file)) return;
      for (const { target, isOurs } of imports.get(file) ?? []) if (isOurs) visit(target, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBe(files.length);
  });

  it.each(files)('%s opens with what it is for, and has at most 300 lines', file => {
    const text = readFileSync(file, 'utf8');
    expect(text.startsWith('/** ')).toBe(true);
    expect(text.split('\n').length).toBeLessThanOrEqual(301);
  });

  it.each(files.filter(file => TIMELESS.some(room => file.startsWith(room)) && !file.endsWith('engine/clock.ts')))(
    '%s leaves time and the process to others',
    file => {
      const code = codeOf(file);
      expect(code).not.toMatch(/\b(setTimeout|setInterval|performance|Date\.now)\b/);
      if (!file.endsWith('virtual-clock.ts')) expect(code).not.toMatch(/\bsetImmediate\b/);
      if (!file.startsWith('src/plan')) expect(code).not.toMatch(/\bprocess\./);
    },
  );

  it('bin imports nothing, and asks for nothing but Node and what was built', () => {
    const code = ['bin/runjobs.cjs', 'bin/compiled.cjs'].map(file => readFileSync(file, 'utf8')).join('');
    expect(code).not.toMatch(/^import\b|\bimport\('| from '/m);
    const asked = [...code.matchAll(/(?:require\(|join\(home, )'([^']+)'\)/g)].map(([, name]) => name);
    expect(asked.filter(name => !name?.startsWith('node:'))).toEqual([
      'dist/main.cjs',
      'package.json',
      'bin/compiled.cjs',
    ]);
  });

  it('keeps the top level to what the design says', () => {
    const known = [
      'LICENSE',
      'README.md',
      'bin',
      'jobs',
      'package-lock.json',
      'package.json',
      'src',
      'test',
      'tsconfig.json',
    ];
    const made = ['node_modules', 'dist', 'coverage'];
    const found = readdirSync('.').filter(
      name => !name.startsWith('.') && !made.includes(name) && !/^dist\.|\.tgz$/.test(name),
    );
    expect(found.sort()).toEqual(known);
  });
});

function roomOf(file: string): string {
  return (
    Object.keys(ROOMS)
      .filter(room => file === room || file.startsWith(`${room}/`))
      .sort((a, b) => b.length - a.length)[0] ?? ''
  );
}

function list(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? list(path) : path.endsWith('.ts') ? [path] : [];
  });
}

/** The file without comments and strings' insides that could be taken for code. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

function importsOf(file: string): { target: string; isOurs: boolean }[] {
  const specifiers = [...codeOf(file).matchAll(/(?<!-)(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(
    match => match[1] ?? '',
  );
  return specifiers.map(specifier =>
    specifier.startsWith('.')
      ? { target: normalize(join(dirname(file), specifier)), isOurs: true }
      : {
          target: specifier.startsWith('node:')
            ? specifier
            : specifier
                .split('/')
                .slice(0, specifier.startsWith('@') ? 2 : 1)
                .join('/'),
          isOurs: false,
        },
  );
}

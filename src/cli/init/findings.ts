/** What a folder holds that a first plan can do something with. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One thing to do; its id is unique within its {@link Project}. */
export interface Task {
  readonly id: string;
  readonly run: string;
}

/** A kind of project that was found. */
export interface Project {
  /** Short, for ids where there are several. */
  readonly id: string;
  /** In words, for people. */
  readonly found: string;
  /** What comes before everything else. */
  readonly install?: string;
  /** Nothing of them waits for the other. */
  readonly checks: readonly Task[];
  /** What comes after them. */
  readonly build?: string;
  /** What is started before, and how it is ended. */
  readonly services?: { readonly up: string; readonly down: string };
}

/** What a folder holds. */
export interface Findings {
  /** In the order in which a plan names them. */
  readonly projects: readonly Project[];
  /** Of files that are there and say nothing, as if they were not: which, and why. */
  readonly unread: readonly string[];
}

/** The projects in a folder. What cannot be read or understood is not there. */
export function findingsIn(folder: string): Findings {
  const has = (name: string) => existsSync(join(folder, name));
  const read = (name: string): string | undefined => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch {
      return undefined;
    }
  };
  const unread: string[] = [];
  const found = [compose(has), node(has, read, unread), python(has, read), go(has), rust(has), make(read)];
  return { projects: found.filter(project => project !== undefined), unread };
}

type Has = (name: string) => boolean;
type Read = (name: string) => string | undefined;

const COMPOSE = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

function compose(has: Has): Project | undefined {
  const file = COMPOSE.find(has);
  if (file === undefined) return undefined;
  const services = { up: 'docker compose up --detach --wait', down: 'docker compose down' };
  return { id: 'compose', found: file, checks: [], services };
}

/** By the lock file, the package manager and how it installs what that says. */
const MANAGERS = [
  { lock: 'pnpm-lock.yaml', name: 'pnpm', install: 'pnpm install --frozen-lockfile' },
  { lock: 'yarn.lock', name: 'yarn', install: 'yarn install --immutable' },
  { lock: 'bun.lock', name: 'bun', install: 'bun install --frozen-lockfile' },
  { lock: 'bun.lockb', name: 'bun', install: 'bun install --frozen-lockfile' },
  { lock: 'package-lock.json', name: 'npm', install: 'npm ci' },
];
const SCRIPTS = ['lint', 'typecheck', 'type-check', 'check', 'test'];
/** What `npm init` writes for a test that is not there. */
const NO_TEST = /no test specified/;

function node(has: Has, read: Read, unread: string[]): Project | undefined {
  const text = read('package.json');
  const scripts = text === undefined ? undefined : scriptsIn(text);
  if (scripts === undefined) {
    if (has('package.json')) unread.push(`package.json ${text === undefined ? 'cannot be read' : 'is no valid JSON'}`);
    return undefined;
  }
  const { name, install } = MANAGERS.find(({ lock }) => has(lock)) ?? { name: 'npm', install: 'npm install' };
  const isThere = (script: string) => typeof scripts[script] === 'string' && !NO_TEST.test(scripts[script]);
  return {
    id: 'node',
    found: `package.json (${name})`,
    install,
    checks: SCRIPTS.filter(isThere).map(script => ({ id: script, run: `${name} run ${script}` })),
    ...(isThere('build') ? { build: `${name} run build` } : {}),
  };
}

/** Undefined where it is no JSON. */
function scriptsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return Object(Object(JSON.parse(text.replace(/^\uFEFF/, ''))).scripts);
  } catch {
    return undefined;
  }
}

function python(has: Has, read: Read): Project | undefined {
  const text = read('pyproject.toml');
  if (text === undefined) return undefined;
  const [prefix, install] = has('uv.lock')
    ? ['uv run ', 'uv sync']
    : has('poetry.lock')
      ? ['poetry run ', 'poetry install']
      : ['', 'python3 -m pip install --editable .'];
  const tools = [
    { id: 'ruff', run: `${prefix}ruff check .` },
    { id: 'mypy', run: `${prefix}mypy .` },
    { id: 'pytest', run: `${prefix}pytest` },
  ];
  return { id: 'python', found: 'pyproject.toml', install, checks: tools.filter(({ id }) => text.includes(id)) };
}

function go(has: Has): Project | undefined {
  if (!has('go.mod')) return undefined;
  const checks = ['vet', 'test'].map(id => ({ id, run: `go ${id} ./...` }));
  return { id: 'go', found: 'go.mod', checks, build: 'go build ./...' };
}

function rust(has: Has): Project | undefined {
  if (!has('Cargo.toml')) return undefined;
  const checks = [
    { id: 'format', run: 'cargo fmt --check' },
    { id: 'test', run: 'cargo test' },
  ];
  return { id: 'rust', found: 'Cargo.toml', checks, build: 'cargo build --release' };
}

const TARGETS = ['lint', 'check', 'test'];

function make(read: Read): Project | undefined {
  const text = read('Makefile') ?? read('makefile') ?? read('GNUmakefile');
  if (text === undefined) return undefined;
  const targets = new Set([...text.matchAll(/^([A-Za-z0-9_-]+)\s*::?(?!=)/gm)].map(([, target]) => target));
  const build = ['build', 'all'].find(target => targets.has(target));
  return {
    id: 'make',
    found: 'Makefile',
    checks: TARGETS.filter(target => targets.has(target)).map(id => ({ id, run: `make ${id}` })),
    ...(build === undefined ? {} : { build: `make ${build}` }),
  };
}

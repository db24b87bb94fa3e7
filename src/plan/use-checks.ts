/** The rules of `use`: what it names is there, nothing uses itself, and not too much comes of it. */

import { bodiesOf } from './bodies.ts';
import { GROUPS_MAX } from './depth.ts';
import type { PlanFile } from './plan-file.ts';
import { type PlanFiles, placeOf, type UsedStep } from './plan-files.ts';
import { parsePool } from './pools.ts';
import { escapeUnsafe, listed, quoteText } from './quote.ts';
import { isRaw, listsOf, type Raw, rootsOf } from './raw.ts';
import { NO_LOG } from './ready-checks.ts';
import type { Finding, Path } from './source.ts';

/** A plan with all that it uses has at most so many steps: definitions that use each other twice must not blow it up. */
const STEPS_MAX = 250_000;

/** Keys of the root that say nothing in a plan that another one uses. */
const OF_THE_RUN = ['slots', 'keep', 'keepBytes', 'maxLog', 'schedule', 'notify'];

/** What is wrong with the uses of all files. Values of a wrong type are passed over. */
export function useFindings(files: PlanFiles): { readonly errors: Finding[]; readonly warnings: Finding[] } {
  const graph = new UseGraph(files);
  return { errors: [...graph.findings(), ...poolsFindings(files)], warnings: ignoredFindings(files, graph.used) };
}

/** One `use` in the file. */
interface Use {
  readonly path: Path;
  /** The groups around it, inside of its root. */
  readonly groups: number;
  readonly target: Node;
}

/** A plan or a definition, with what it uses. */
interface Node {
  readonly label: string;
  readonly file: PlanFile;
  readonly uses: Use[];
  /** Steps and groups of its own. */
  steps: number;
  groups: number;
}

class UseGraph {
  /** Files whose plan, or a definition of it, is used by another one. */
  readonly used = new Set<PlanFile>();
  readonly #files: PlanFiles;
  readonly #nodes = new Map<string, Node>();
  readonly #found: Finding[] = [];
  readonly #unseen: { readonly node: Node; readonly step: unknown; readonly path: Path }[] = [];

  constructor(files: PlanFiles) {
    this.#files = files;
  }

  findings(): Finding[] {
    for (const file of this.#files.all) {
      if (!isRaw(file.value)) continue;
      for (const { step, path } of rootsOf(file.value)) this.#node({ file, step, path });
    }
    // One after the other: a chain of uses may be longer than a stack is deep.
    for (let next = this.#unseen.pop(); next !== undefined; next = this.#unseen.pop()) {
      const { node, step, path } = next;
      if (isRaw(step)) this.#step(node, step, { path, groups: 0 });
    }
    const innerFirst = this.#circles();
    if (innerFirst !== undefined) this.#sizes(innerFirst);
    return this.#found;
  }

  #node({ file, step, path }: { readonly file: PlanFile; readonly step: unknown; readonly path: Path }): Node {
    const label = `${escapeUnsafe(file.shown)}${path.length === 0 ? '' : `#${path[1]}`}`;
    const key = placeOf({ file, path });
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node: Node = { label, file, uses: [], steps: 1, groups: 0 };
    this.#nodes.set(key, node);
    this.#unseen.push({ node, step, path });
    return node;
  }

  #step(node: Node, step: Raw, { path, groups }: Omit<Use, 'target'>): void {
    node.groups = Math.max(node.groups, groups);
    const target = step.use === undefined ? undefined : this.#target(node.file, step, path);
    if (target !== undefined) node.uses.push({ path: [...path, 'use'], groups: groups + 1, target });
    for (const { list, path: at } of listsOf(step, path)) {
      node.steps += list.length;
      for (const [index, child] of list.entries()) {
        if (isRaw(child)) this.#step(node, child, { path: [...at, index], groups: groups + 1 });
      }
    }
  }

  #target(file: PlanFile, step: Raw, path: Path): Node | undefined {
    const at = [...path, 'use'];
    if (typeof step.use !== 'string') return undefined;
    const resolved = this.#files.resolve(step.use, file);
    if (resolved.type === 'fault') this.#tell(file, resolved.message, at);
    if (resolved.type !== 'used') return undefined;
    const { used } = resolved;
    const fault = bodyFault(used, step.use);
    if (fault !== undefined) {
      this.#tell(file, fault, at);
      return undefined;
    }
    if (isRaw(step.ready) && step.ready.log !== undefined && this.#isGroup(used)) {
      this.#tell(file, NO_LOG, [...path, 'ready', 'log'], 'key');
    }
    if (used.isElsewhere) {
      this.used.add(used.file);
      for (const key of ['cwd', 'shell', 'launcher']) {
        if (step[key] === undefined) continue;
        const message = `${key} does not reach into another file, whose plan means what it means by itself; take it out`;
        this.#tell(file, message, [...path, key], 'key');
      }
    }
    return this.#node(used);
  }

  /** Whether what is used prints nothing itself; of a chain of uses the last one decides. */
  #isGroup({ step, file }: UsedStep): boolean {
    let at = { step, file };
    for (let length = 0; length <= GROUPS_MAX; length += 1) {
      if (typeof at.step === 'string') return false;
      const { use, run, http, forEach, every } = at.step;
      if (forEach !== undefined || every !== undefined) return true;
      if (typeof use !== 'string') return run === undefined && http === undefined;
      const resolved = this.#files.resolve(use, at.file);
      if (resolved.type !== 'used') return false;
      at = resolved.used;
    }
    return false;
  }

  /** Tells each circle, at a use by which it goes round. Returns all nodes, those that are used first, where there is none. */
  #circles(): ReadonlySet<Node> | undefined {
    const before = this.#found.length;
    const done = new Set<Node>();
    for (const start of this.#nodes.values()) {
      const trail: { readonly node: Node; next: number }[] = [{ node: start, next: 0 }];
      const on = new Map([[start, 0]]);
      if (done.has(start)) continue;
      for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
        const use = top.node.uses[top.next];
        top.next += 1;
        if (use === undefined) {
          done.add(top.node);
          on.delete(top.node);
          trail.pop();
          continue;
        }
        const from = on.get(use.target);
        if (from !== undefined)
          this.#circle(trail.slice(from).map(({ node, next }) => ({ node, use: node.uses[next - 1] })));
        else if (!done.has(use.target)) {
          on.set(use.target, trail.length);
          trail.push({ node: use.target, next: 0 });
        }
      }
    }
    return this.#found.length > before ? undefined : done;
  }

  #circle(members: readonly { readonly node: Node; readonly use: Use | undefined }[]): void {
    const [first] = members;
    if (first?.use === undefined) return;
    const drawn = [...members, first].map(({ node }) => node.label).join(' → ');
    this.#tell(first.node.file, `use goes in a circle: ${drawn}; take one of them out`, first.use.path);
  }

  /** Tells of the first use by which the plan, or a definition, becomes too large or too deep. */
  #sizes(innerFirst: ReadonlySet<Node>): void {
    const sizes = new Map<Node, Pick<Node, 'steps' | 'groups'>>();
    for (const node of innerFirst) {
      let { steps, groups } = node;
      const tooLarge = node.uses.find(({ groups: around, target }) => {
        const inside = sizes.get(target);
        steps += inside?.steps ?? 0;
        groups = Math.max(groups, around + (inside?.groups ?? 0));
        return groups > GROUPS_MAX || steps > STEPS_MAX;
      });
      if (tooLarge !== undefined) {
        const message =
          groups > GROUPS_MAX
            ? `with what it uses, steps nest more than ${GROUPS_MAX} deep; flatten the plan`
            : `with what it uses, the plan has more than ${STEPS_MAX} steps; use less, or repeat with forEach`;
        this.#tell(node.file, message, tooLarge.path);
        return;
      }
      sizes.set(node, { steps, groups });
    }
  }

  #tell(file: PlanFile, message: string, path: Path, at: 'key' | 'value' = 'value'): void {
    this.#found.push({ message, path, at, in: file });
  }
}

/** Why a plan that has only definitions cannot be used as such. */
function bodyFault({ root, step, path }: UsedStep, use: string): string | undefined {
  if (path.length > 0 || !isLibrary(root) || step !== root) return undefined;
  const names = Object.keys(root.define as Raw).slice(0, 10);
  const ways = listed(
    names.map(name => quoteText(`${use}#${name}`)),
    'or',
  );
  return `${quoteText(use)} has no body of its own; use one of its definitions: ${ways}`;
}

/** Whether a plan has definitions and nothing else to do. */
export function isLibrary(root: Raw): boolean {
  return isRaw(root.define) && Object.keys(root.define).length > 0 && bodiesOf(root).length === 0;
}

/** Pools of one name are the same in all files. */
function poolsFindings({ all }: PlanFiles): Finding[] {
  const first = new Map<string, { readonly size: string; readonly file: PlanFile; readonly written: unknown }>();
  return all.flatMap(file => {
    const pools = isRaw(file.value) && isRaw(file.value.pools) ? file.value.pools : {};
    return Object.entries(pools).flatMap(([name, written]): Finding[] => {
      const size = JSON.stringify(parsePool(written as number | string) ?? written);
      const other = first.get(name);
      if (other === undefined) first.set(name, { size, file, written });
      if (other === undefined || other.size === size) return [];
      const message = `the pool ${quoteText(name)} is ${JSON.stringify(other.written)} in ${escapeUnsafe(other.file.shown)}, and both are of one run; make them agree`;
      return [{ message, path: ['pools', name], at: 'value', in: file }];
    });
  });
}

/** Warnings of keys that are without effect in files that others use. */
function ignoredFindings({ main }: PlanFiles, used: ReadonlySet<PlanFile>): Finding[] {
  return [...used].flatMap(file => {
    const root = file.value;
    if (file === main || !isRaw(root)) return [];
    return OF_THE_RUN.filter(key => root[key] !== undefined).map(
      (key): Finding => ({
        message: `${key} has no effect here: ${escapeUnsafe(main.shown)} uses this plan, and says it for the whole run`,
        path: [key],
        at: 'key',
        in: file,
      }),
    );
  });
}

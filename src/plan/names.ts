/** Whether every `${NAME}` of a plan names a variable that something upstream may have set. */

import { commandTexts, type Flowing, flowingFrom } from './command-names.ts';
import { type Copies, oneFileFault } from './copies-file.ts';
import { namesOfForEach } from './for-each-checks.ts';
import type { Given } from './given.ts';
import { hiddenInputFindings, type Nearer } from './hidden-inputs.ts';
import { requestTexts } from './http-names.ts';
import { ifFindings } from './if-names.ts';
import { Known, namesOf } from './known.ts';
import { KnownFiles } from './known-files.ts';
import { notifyTexts } from './notify-checks.ts';
import type { PlanFiles, UsedStep } from './plan-files.ts';
import { isRaw, listsOf, type Raw, rootsOf } from './raw.ts';
import { readyTexts } from './ready-names.ts';
import { mayName, OF_FINALLY, OF_LEAVES, OF_RUN, References } from './references.ts';
import type { Saves } from './saves.ts';
import { hasNeeds, Siblings } from './siblings.ts';
import type { Finding, Path } from './source.ts';
import { useInputFindings } from './use-inputs.ts';
import { namesIn } from './variables.ts';

export interface NameOptions {
  readonly files: PlanFiles;
  /** What is run. */
  readonly entry: UsedStep;
  readonly given: Given;
  readonly saves: Saves;
}

/** What is found of a whole plan. Values of a wrong type are passed over. Reads the files of variables that it names. */
export function nameFindings({ entry, given, ...options }: NameOptions): Finding[] {
  const { env, files, isPartial = false } = given;
  let known = new Known(namesOf(env), { isOpen: isPartial });
  for (const { values } of files) known = known.with(namesOf(values));
  known = known.with(OF_RUN);
  const names = new Names({ ...options, env });
  names.entry(entry, { known, flowing: {} });
  const root = options.files.main.value;
  if (isRaw(root)) names.notify(root, known);
  names.unused(known);
  return names.findings;
}

/** Where a step stands: what is known there, and what flows down to it. */
interface Place {
  readonly path: Path;
  readonly known: Known;
  readonly flowing: Flowing;
  /** Of the nearest forEach; absent outside of all. */
  readonly copies?: Copies | undefined;
}

/** What flows into a step of another file: into a definition what its root says. */
function flowingInto(root: unknown, path: Path): Flowing {
  return path.length > 0 && isRaw(root) ? flowingFrom(root, [], {}) : {};
}

class Names {
  readonly #saves: Saves;
  readonly #references: References;
  readonly #files: PlanFiles;
  readonly #known: KnownFiles;
  /** Plans and definitions that were looked at. */
  readonly #met = new Set<unknown>();

  constructor({ saves, files, env }: Pick<NameOptions, 'files' | 'saves'> & { readonly env: object }) {
    this.#saves = saves;
    this.#files = files;
    this.#references = new References(files.main, saves, env);
    this.#known = new KnownFiles(this.#references);
  }

  get findings(): Finding[] {
    return this.#references.findings;
  }

  /**
   * The plan that is run, or a step that is used: in its file, inside of the inputs of that, and for a definition of another
   * file inside of the root's own variables.
   */
  entry({ file, root, step, path, isElsewhere }: UsedStep, place: Omit<Place, 'path'>): void {
    const { known: outer, flowing, copies } = place;
    const around = this.#references.file;
    this.#references.file = file;
    this.#met.add(step);
    let known = isElsewhere ? withDeclared(root, outer) : outer;
    if (isElsewhere && path.length > 0) known = this.#withVariables(root, [], known);
    if (isElsewhere) this.#hidden(root.inputs, ['inputs'], root, 'beside it');
    if (isRaw(step)) {
      if (path.length > 0) {
        this.#hidden(step.inputs, [...path, 'inputs'], root, 'at the root');
        this.#hidden(step.inputs, [...path, 'inputs'], step, 'beside it');
      }
      if (path.length > 0) known = withDeclared(step, known);
      this.step(step, { path, known, copies, flowing: isElsewhere ? flowingInto(root, path) : flowing });
    }
    this.#references.file = around;
  }

  /** The pings of the plan: they see what is around it. */
  notify(root: Raw, outer: Known): void {
    const known = withDeclared(root, outer);
    for (const { besides, ...placed } of notifyTexts(root.notify)) this.#references.placed(placed, known, besides);
  }

  /** Definitions that nobody uses: what their callers set is not known. */
  unused(known: Known): void {
    for (const file of this.#files.all) {
      if (!isRaw(file.value)) continue;
      for (const { step, path, name } of rootsOf(file.value)) {
        if (name === undefined || !isRaw(step) || this.#met.has(step)) continue;
        const open = known.with(new Set<string>(), { isOpen: true });
        this.entry({ file, root: file.value, step, path, isElsewhere: true }, { known: open, flowing: {} });
      }
    }
  }

  step(step: Raw, { path, known: outer, flowing: around, copies }: Place): void {
    const flowing = flowingFrom(step, path, around);
    const within = this.#withFiles(step.envFile, [...path, 'envFile'], outer);
    const env = isRaw(step.env) ? step.env : {};
    const at = [...path, 'env'];
    if (step.forEach === undefined) {
      const known = this.#withEnv(env, at, within);
      this.#inside(step, { path, known, flowing, copies }, { known, copies });
      return;
    }
    const place = [...path, 'forEach'];
    const { names, prefixes, partly } = namesOfForEach(step.forEach, place);
    const isNone = Array.isArray(step.forEach) && step.forEach.length === 0;
    const ofCopies = new Known(names, { prefixes });
    const isOfCopies = (name: string) => ofCopies.has(name) || partly.has(name);
    const speaks = (value: unknown) => typeof value === 'string' && namesIn(value).some(({ name }) => isOfCopies(name));
    const part = (isInner: boolean) =>
      Object.fromEntries(Object.entries(env).filter(([, value]) => speaks(value) === isInner));
    const known = this.#withEnv(part(false), at, within);
    this.#lists(step.forEach, place, known);
    const ofEach = part(true);
    const setterOf = (name: string) => {
      if (known.has(name)) return undefined;
      return isOfCopies(name) ? 'forEach' : Object.hasOwn(ofEach, name) ? 'env' : undefined;
    };
    for (const finding of ifFindings(step.if, [...path, 'if'], setterOf)) this.#references.add(finding);
    for (const [name, row] of partly) this.#references.lacking.set(name, row);
    const copy = this.#withEnv(ofEach, at, known.with(names, { prefixes, isOpen: isNone }));
    const [item] = [...names, ...partly.keys()];
    this.#inside(step, { path, known: copy, flowing, copies: { outside: known, item } }, { known, copies });
    for (const name of partly.keys()) this.#references.lacking.delete(name);
  }

  /** The body and the `finally`. @param outside what is known around the copies of a forEach, where there are any. */
  #inside(step: Raw, place: Place, outside: Pick<Place, 'known' | 'copies'>): void {
    const { path, known, flowing, copies } = place;
    if (step.name !== undefined) this.#references.text(step.name, [...path, 'name'], known);
    if (isRaw(step.every)) {
      for (const key of ['cron', 'timezone']) this.#references.text(step.every[key], [...path, 'every', key], known);
    }
    if (typeof step.use === 'string') this.#use(step, step.use, place);
    for (const placed of commandTexts(step, path, flowing)) {
      this.#references.placed(placed, known, OF_LEAVES);
    }
    for (const placed of requestTexts(step.http, [...path, 'http'], flowing.http)) {
      this.#references.placed(placed, known, OF_LEAVES);
    }
    for (const placed of readyTexts(step.ready, [...path, 'ready'], flowing)) {
      this.#references.placed(placed, known, OF_LEAVES);
    }
    if (step.saveTo !== undefined) this.#saveTo(step.saveTo, { ...place, path: [...path, 'saveTo'] });
    for (const { key, list, path: at } of listsOf(step, path)) {
      const inside: Place = { path: at, known, flowing, copies };
      if (key === 'steps') this.#sequence(list, inside);
      else if (key === 'gather' && hasNeeds(list)) this.#needing(list, inside);
      else if (key === 'gather' || key === 'any') this.#each(list, inside);
      else this.#finally(step, list, { ...inside, ...outside });
    }
  }

  #saveTo(saveTo: unknown, { path, known, copies }: Place): void {
    this.#references.place(saveTo, path, known, OF_LEAVES);
    const fault = typeof saveTo === 'string' && copies ? oneFileFault(saveTo, known, copies) : undefined;
    if (fault !== undefined) this.#references.tell(fault, path);
  }

  #use(step: Raw, use: string, { path, known, flowing, copies }: Place): void {
    const { file } = this.#references;
    const resolved = this.#files.resolve(use, file);
    if (resolved.type !== 'used') return;
    for (const finding of useInputFindings({ step, path, file, use }, resolved.used, known))
      this.#references.add(finding);
    this.entry(resolved.used, { known, flowing, copies });
  }

  #hidden(inputs: unknown, path: Path, step: Raw, where: Nearer['where']): void {
    if (!isRaw(inputs)) return;
    const at = [...path.slice(0, -1), 'envFile'];
    const nothing = new Known(new Set<string>(), { isOpen: true });
    const inFiles = this.#withFiles(step.envFile, where === 'at the root' ? ['envFile'] : at, nothing);
    const isInFiles = (name: string) => inFiles.has(name);
    for (const finding of hiddenInputFindings(inputs, path, { step, isInFiles, where })) this.#references.add(finding);
  }

  #withFiles(envFile: unknown, path: Path, outer: Known): Known {
    return envFile === undefined ? outer : this.#known.within(envFile, path, outer);
  }

  /** Inside of the `envFile` and `env` of a step. */
  #withVariables({ envFile, env }: Raw, path: Path, outer: Known): Known {
    const known = this.#withFiles(envFile, [...path, 'envFile'], outer);
    return this.#withEnv(isRaw(env) ? env : {}, [...path, 'env'], known);
  }

  #sequence(list: readonly unknown[], { path, known: outer, ...around }: Place): void {
    const saved = new Set<string>();
    const known = outer.with(saved);
    for (const [index, child] of list.map(asStep).entries()) {
      if (child === undefined) continue;
      this.step(child, { path: [...path, index], known, ...around });
      for (const name of this.#saves.of(child).keys()) saved.add(name);
    }
  }

  /** Children of a gather of which some need others. */
  #needing(list: readonly unknown[], { path, known, ...around }: Place): void {
    const siblings = new Siblings(list, path);
    for (const finding of siblings.findings()) this.#references.add(finding);
    const savedBy = (index: number) => this.#savedBy(list[index]);
    for (const [index, child] of list.map(asStep).entries()) {
      if (child === undefined) continue;
      const upstream = {
        has: (name: string) => siblings.sees(index, name, savedBy),
        keys: () => siblings.before(index).flatMap(other => [...savedBy(other).keys()]),
      };
      this.step(child, {
        path: [...path, index],
        known: child.needs === undefined ? known : known.with(upstream),
        ...around,
      });
    }
  }

  #each(list: readonly unknown[], { path, ...around }: Place): void {
    for (const [index, child] of list.map(asStep).entries()) {
      if (child !== undefined) this.step(child, { path: [...path, index], ...around });
    }
  }

  #finally(step: Raw, list: readonly unknown[], { known, ...around }: Place): void {
    const saved = this.#saves.inside(step);
    this.#sequence(list, { known: known.with(OF_FINALLY).with(saved), ...around });
  }

  #savedBy(child: unknown) {
    return this.#saves.of(isRaw(child) ? child : {});
  }

  #withEnv(env: Raw, path: Path, outer: Known): Known {
    const names = Object.keys(env);
    if (names.length === 0) return outer;
    for (const name of names) {
      if (!mayName(env[name])) continue;
      this.#references.beside = names.filter(other => other !== name);
      this.#references.text(env[name], [...path, name], outer);
    }
    this.#references.beside = [];
    return outer.with(namesOf(env));
  }

  /** The texts of the lists of a forEach, and the variables that hold one; scripts are for the shell. */
  #lists(forEach: unknown, path: Path, known: Known): void {
    if (Array.isArray(forEach)) this.#references.texts(forEach, path, known);
    if (!isRaw(forEach)) return;
    for (const [name, list] of Object.entries(forEach)) {
      const at = [...path, name];
      if (Array.isArray(list)) this.#references.texts(list, at, known);
      if (!isRaw(list)) continue;
      for (const [kind, source] of Object.entries(list)) this.#references.source(source, [...at, kind], known);
    }
  }
}

/** A text stands for its command. */
function asStep(child: unknown): Raw | undefined {
  if (typeof child === 'string') return { run: child };
  return isRaw(child) ? child : undefined;
}

/** Inside of the inputs and secrets of a plan, or the inputs of a definition. */
function withDeclared({ inputs, secrets }: Raw, outer: Known): Known {
  const known = isRaw(inputs) ? outer.with(namesOf(inputs)) : outer;
  // Whether a secret has a value is told when a run is started.
  return Array.isArray(secrets) ? known.with(new Set(secrets.filter(name => typeof name === 'string'))) : known;
}

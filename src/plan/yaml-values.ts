/** Turns YAML nodes into plain values with their places: aliases and merge keys resolved, scalars kept as written. */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { quoteText } from './quote.ts';
import { duplicateKey, type Finding, Lines, type Path, type Spot } from './source.ts';

/** A node's value and place, and what is wrong inside it. */
export interface YamlValue {
  readonly value: unknown;
  readonly spot: Spot;
  readonly findings: readonly Finding[];
}

interface Converted {
  readonly value: unknown;
  readonly spot: Spot;
}

/** Converts a document's root node. Recursive: the parser has bounded the depth. */
export function yamlValue(root: Node, text: string): YamlValue {
  const conversion = new Conversion(new Lines(text));
  return { ...conversion.node(root, []), findings: conversion.findings };
}

class Conversion {
  readonly findings: Finding[] = [];
  readonly #lines: Lines;
  /** What each anchor stands for so far; undefined while its node is still being converted. */
  readonly #anchors = new Map<string, Converted | undefined>();

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  node(node: unknown, path: Path): Converted {
    if (isAlias(node)) return this.#alias(node.source, offsetOf(node), path);
    const anchored = isScalar(node) || isMap(node) || isSeq(node) ? node : undefined;
    const anchor = anchored?.anchor;
    // A shell would read it as "and".
    if (anchored && anchor?.startsWith('&')) {
      const message = 'YAML takes the "&&" for an anchor and drops it; put the whole text in quotes';
      this.#complain(message, path, offsetOf(anchored));
    }
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const converted = this.#plain(node, path);
    if (anchor !== undefined) this.#anchors.set(anchor, converted);
    return converted;
  }

  #plain(node: unknown, path: Path): Converted {
    if (isMap(node)) return this.#map(node, path);
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.node(item, [...path, index]));
      const children = new Map(items.map((item, index) => [index, item.spot]));
      return { value: items.map(item => item.value), spot: { value: offsetOf(node), children } };
    }
    if (!isScalar(node)) return { value: null, spot: { value: 0 } };
    // A shell would read it as "not".
    if (node.tag === '!')
      this.#complain('YAML drops the "!" before this text; put both in quotes', path, offsetOf(node));
    return { value: node.value, spot: { value: offsetOf(node), written: textOf(node) } };
  }

  #map(map: YAMLMap, path: Path): Converted {
    const members = new Map<string, Converted>();
    const merged: Converted[] = [];
    for (const pair of map.items) {
      const key = this.#key(pair, path);
      if (key === undefined) continue;
      const { value, spot } = this.node(pair.value, [...path, key.text]);
      const member: Converted = { value, spot: { ...spot, value: spot.value || key.offset, key: key.offset } };
      if (key.isMerge) merged.push(...this.#mergeable(pair, member, path));
      else {
        const first = members.get(key.text)?.spot.key;
        if (first !== undefined) this.#twice([...path, key.text], key.offset, first);
        members.set(key.text, member);
      }
    }
    for (const { value, spot } of merged) {
      for (const [key, inner] of Object.entries(value as object)) {
        const innerSpot = spot.children?.get(key);
        if (!members.has(key) && innerSpot) members.set(key, { value: inner, spot: innerSpot });
      }
    }
    const children = new Map([...members].map(([key, member]) => [key, member.spot]));
    const value = Object.fromEntries([...members].map(([key, member]) => [key, member.value]));
    return { value, spot: { value: offsetOf(map), children } };
  }

  #key(pair: Pair, path: Path): { text: string; offset: number; isMerge: boolean } | undefined {
    const { value, spot } = this.node(pair.key, path);
    const offset = isAlias(pair.key) ? offsetOf(pair.key) : spot.value;
    if (typeof value === 'object' && value !== null) {
      this.#complain('expected a text as key, got a list or an object', path, offset);
      return undefined;
    }
    const text = spot.written ?? String(value);
    return { text, offset, isMerge: text === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN' };
  }

  /** The maps that a merge key names: one, or a list of them. */
  #mergeable(pair: Pair, member: Converted, path: Path): Converted[] {
    const isList = isSeq(pair.value) && Array.isArray(member.value);
    const items = isList ? [...(member.spot.children?.values() ?? [])] : [member.spot];
    const values = isList ? (member.value as unknown[]) : [member.value];
    return values.flatMap((value, index) => {
      const spot = items[index];
      if (spot && typeof value === 'object' && value !== null && !Array.isArray(value)) return [{ value, spot }];
      this.#complain('expected an object, or an alias of one, after "<<"', [...path, '<<'], member.spot.key ?? 0);
      return [];
    });
  }

  #alias(name: string, offset: number, path: Path): Converted {
    const target = this.#anchors.get(name);
    if (target) return target;
    const why = this.#anchors.has(name) ? 'stands for what it is part of' : 'has no anchor before it';
    this.#complain(`the alias ${quoteText(`*${name}`)} ${why}`, path, offset);
    return { value: null, spot: { value: offset } };
  }

  #twice(path: Path, offset: number, first: number): void {
    this.findings.push(duplicateKey(path, offset, this.#lines.place(first)));
  }

  #complain(message: string, path: Path, at: number): void {
    this.findings.push({ message, path, at });
  }
}

/** A plain scalar as it stands in the file (`3.10`, `012`, `True`), a quoted one as what it means. */
function textOf(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
}

function offsetOf(node: { readonly range?: readonly number[] | null | undefined }): number {
  return node.range?.[0] ?? 0;
}

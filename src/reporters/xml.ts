/** XML as text. */

export interface XmlElement {
  readonly name: string;
  /** Those that are undefined are left out. */
  readonly attributes?: Readonly<Record<string, string | number | undefined>>;
  /** Elements, or one text. */
  readonly content?: readonly XmlElement[] | string;
}

/** What XML 1.0 can hold in no way; half a surrogate pair is no character at all. */
const IMPOSSIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** A whole document, one element a line; ends with a newline. What cannot stand in XML becomes U+FFFD. */
export function xmlDocument(root: XmlElement): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  add(root, '', lines);
  return `${lines.join('\n')}\n`;
}

function add({ name, attributes = {}, content = [] }: XmlElement, indent: string, lines: string[]): void {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${attributeText(String(value))}"`);
  const open = `${indent}<${name}${written.join('')}`;
  if (content.length === 0) lines.push(`${open}/>`);
  else if (typeof content === 'string') lines.push(`${open}>${elementText(content)}</${name}>`);
  else {
    lines.push(`${open}>`);
    for (const child of content) add(child, `${indent}  `, lines);
    lines.push(`${indent}</${name}>`);
  }
}

function elementText(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>\r]/g, char => SPECIAL[char] ?? char);
}

/** Blanks as references: they would be read as spaces. */
function attributeText(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>"\t\n\r]/g, char => SPECIAL[char] ?? char);
}

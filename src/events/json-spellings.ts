/** How programs write a text into JSON: they agree on the quotes, and on little else. */

/** What is written as `\uXXXX` though JSON does not ask for it: what is no ASCII, what HTML minds, or all that is no word. */
const ESCAPED = [
  /(?!)/u,
  // Go, Rails, Django.
  /[<>&\u2028\u2029]/u,
  // Flask.
  /[<>&'\u2028\u2029]/u,
  // Gson.
  /[<>&'=\u2028\u2029]/u,
  // PHP, where it is told to; Newtonsoft.
  /["<>&'\u2028\u2029]/u,
  // .NET.
  /["<>&'+`]/u,
  /["<>&'+/=]/u,
  /[^\w\s\\]/u,
];
const FOREIGN = /\P{ASCII}/u;

const CASES = [(hex: string) => hex, (hex: string) => hex.toUpperCase()];

/** The text as it stands between quotes: in each of the ways, with `\/`, and inside a text inside a text. */
export function jsonSpellings(text: string): string[] {
  const forms = new Set<string>();
  for (const cased of CASES) {
    for (const pattern of ESCAPED) {
      forms.add(escaped(text, char => pattern.test(char), cased));
      forms.add(escaped(text, char => pattern.test(char) || FOREIGN.test(char), cased));
    }
  }
  const slashed = [...forms].map(form => form.replaceAll('/', '\\/'));
  return [...forms, ...slashed, ...[...forms].map(quoted)];
}

function escaped(text: string, isEscaped: (char: string) => boolean, cased: (hex: string) => string): string {
  let written = '';
  for (const char of text) {
    const plain = quoted(char);
    if (isEscaped(char) || plain.startsWith('\\u')) {
      for (let at = 0; at < char.length; at += 1)
        written += `\\u${cased(char.charCodeAt(at).toString(16).padStart(4, '0'))}`;
    } else written += plain;
  }
  return written;
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

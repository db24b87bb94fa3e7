/** Looks at the lines of a stream of bytes, however it is cut into chunks, in bounded memory. */

/** Of a longer line only so much is looked at. */
const LINE_MAX = 64 * 1024;
/** Colours and the like: what draws, and says nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control codes is the point.
const DRAWING = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Takes the next piece of the stream. */
export type LineWatch = (bytes: Uint8Array) => void;

/** Calls `look` with each whole line: without its end, and without colours. */
export function watchLines(look: (line: string) => void): LineWatch {
  const decoder = new TextDecoder();
  let rest = '';
  return bytes => {
    const [first = '', ...others] = decoder.decode(bytes, { stream: true }).split('\n');
    const last = others.pop();
    for (const line of last === undefined ? [] : [rest + first, ...others]) {
      look(line.slice(0, LINE_MAX).replace(/\r$/, '').replace(DRAWING, ''));
    }
    rest = (last ?? rest + first).slice(0, LINE_MAX);
  };
}

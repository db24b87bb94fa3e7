/** Looks at the lines of a stream of bytes, however it is cut into chunks, in bounded memory. */
import { withoutSequences } from '../events/control-sequences.ts';

/** Of a longer line only so much is looked at. */
const LINE_MAX = 64 * 1024;

/** Takes the next piece of the stream. */
export type LineWatch = (bytes: Uint8Array) => void;

/** Calls `look` with each whole line: without its end, and without colours and the like. */
export function watchLines(look: (line: string) => void): LineWatch {
  const decoder = new TextDecoder();
  let rest = '';
  return bytes => {
    const [first = '', ...others] = decoder.decode(bytes, { stream: true }).split('\n');
    const last = others.pop();
    for (const line of last === undefined ? [] : [rest + first, ...others]) {
      look(withoutSequences(line.slice(0, LINE_MAX)).replace(/\r$/, ''));
    }
    rest = (last ?? rest + first).slice(0, LINE_MAX);
  };
}

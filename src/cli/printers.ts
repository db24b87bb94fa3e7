/** Step logs on their way to standard output. */
import type { LogReader } from '../journal/log-reader.ts';
import type { RunLogs } from '../journal/run-logs.ts';
import type { Terminal } from '../reporters/reporter.ts';
import { cleanse, cleanseButColours, createLineAssembly, type LineAssembly } from '../reporters/text.ts';
import type { ByteSink } from './sink.ts';

export interface PrinterOptions {
  readonly stdout: Terminal & ByteSink;
  /** One step alone: no path before its lines, and every byte as it is where that is no terminal. */
  readonly isOnly: boolean;
  readonly colour: boolean;
  /** What the root goes by. */
  readonly rootLabel: string;
}

export interface Printers {
  /** Whether anything was printed. */
  readonly hasPrinted: boolean;
  /** Prints what the step's log holds by now; a line without an end is kept back. Resolves when more is welcome. */
  pump(path: string): Promise<void>;
  /** Prints the rest. The step may be pumped again, when it has started again. */
  finish(path: string): Promise<void>;
}

interface Printer {
  readonly reader: LogReader;
  readonly decoder: InstanceType<typeof TextDecoder>;
  readonly lines: LineAssembly;
}

/** Each step's lines in its turn; on a terminal, and after a path, they can neither move the cursor nor pass for others. */
export function createPrinters(logs: RunLogs, { stdout, isOnly, colour, rootLabel }: PrinterOptions): Printers {
  const isRaw = isOnly && stdout.isTTY !== true;
  const clean = stdout.isTTY && colour ? cleanseButColours : cleanse;
  const printers = new Map<string, Printer>();
  /** How far the logs of steps that have ended were printed: they may start again. */
  const printed = new Map<string, number>();
  let hasPrinted = false;

  const at = (path: string): Printer => {
    let printer = printers.get(path);
    if (printer === undefined) {
      const reader = logs.open(path, printed.get(path));
      printer = { reader, decoder: new TextDecoder(), lines: createLineAssembly(clean) };
      printers.set(path, printer);
    }
    return printer;
  };

  const print = async (chunk: string | Uint8Array) => {
    if (chunk.length === 0) return;
    hasPrinted = true;
    await stdout.write(chunk);
  };

  const printLines = async (path: string, lines: readonly string[]) => {
    const prefix = isOnly ? '' : `[${path === '.' ? cleanse(rootLabel) : cleanse(path)}] `;
    await print(lines.map(line => `${prefix}${line}\n`).join(''));
  };

  const pump = async (path: string) => {
    const { reader, decoder, lines } = at(path);
    for (let bytes = reader.next(); bytes !== undefined && !stdout.isGone; bytes = reader.next()) {
      if (isRaw) await print(bytes);
      else await printLines(path, lines.add(decoder.decode(bytes, { stream: true })));
    }
  };

  return {
    get hasPrinted() {
      return hasPrinted;
    },
    pump,
    async finish(path) {
      await pump(path);
      const { reader, decoder, lines } = at(path);
      if (!isRaw) await printLines(path, [...lines.add(decoder.decode()), ...lines.end()]);
      reader.close();
      printers.delete(path);
      if (reader.position > 0) printed.set(path, reader.position);
    },
  };
}

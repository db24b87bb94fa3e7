/** A real pseudo terminal, made by script(1) of util-linux, whose screen is read back through xterm. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import xterm from '@xterm/headless';
import { ENV, until } from './cli.ts';

/** Why terminal tests cannot run here, or undefined. */
export const noTerminal =
  process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
    ? undefined
    : 'needs script(1) of util-linux';

export interface Screen {
  readonly child: ChildProcess;
  /** Everything that was written to the terminal. */
  raw(): string;
  /** The lines that can be seen now, without trailing blanks. */
  lines(): Promise<string[]>;
  /** Resolves once a line that can be seen holds the text. */
  shows(text: string): Promise<void>;
  /** Types, as at a keyboard. */
  type(keys: string): void;
  resize(columns: number, rows: number): Promise<void>;
  /** Resolves with the exit code once the program has ended. */
  ended: Promise<number | null>;
}

/** Runs a shell command in a terminal of the given size. */
export function openTerminal(command: string, columns = 80, rows = 24, env: Record<string, string> = {}): Screen {
  const term = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 5000 });
  const set = `stty rows ${rows} cols ${columns}; tty > "$TTY_FILE"; exec ${command}`;
  const ttyFile = `/tmp/runjobs-tty-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const child = spawn('script', ['-qfec', set, '/dev/null'], {
    env: { ...ENV, ...env, TTY_FILE: ttyFile, SHELL: '/bin/sh' },
  });
  let written = '';
  let pending = Promise.resolve();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    written += chunk;
    pending = pending.then(() => new Promise(done => term.write(chunk, done)));
  });
  const ended = new Promise<number | null>(done => child.once('close', code => done(code)));
  const lines = async () => {
    await pending;
    const { buffer } = term;
    return Array.from(
      { length: term.rows },
      (_, row) => buffer.active.getLine(buffer.active.viewportY + row)?.translateToString(true) ?? '',
    );
  };
  return {
    child,
    raw: () => written,
    lines,
    async shows(text) {
      let seen = false;
      await until(() => {
        void lines().then(now => {
          seen ||= now.some(line => line.includes(text));
        });
        return seen;
      });
    },
    type: keys => void child.stdin.write(keys),
    async resize(nextColumns, nextRows) {
      const tty = readFileSync(ttyFile, 'utf8').trim();
      // Right after a frame, so that none that was drawn for the old size is still to come, as none is with a real terminal.
      await new Promise(done => {
        child.stdout.once('data', done);
        setTimeout(done, 500);
      });
      await pending;
      execFileSync('stty', ['-F', tty, 'rows', String(nextRows), 'cols', String(nextColumns)]);
      term.resize(nextColumns, nextRows);
    },
    ended: ended.finally(() => spawnSync('rm', ['-f', ttyFile])),
  };
}

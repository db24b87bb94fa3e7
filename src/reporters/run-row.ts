/** The run as one listr2 task that ends when the run does: its title is the run's line, its output the rows below. */
import { Listr, type ListrRenderer, type ListrRendererTask, ListrTaskEventType } from 'listr2';
import type { Outcome } from '../events/outcome.ts';
import { glyphs, type Palette } from './palette.ts';
import type { Screen } from './screen.ts';

export interface RunRow {
  /** Shows the run's line, without its glyph, and the rows below it. A promise resolves when more is welcome. */
  show(spinner: string, title: string, rows: readonly string[]): Promise<void> | undefined;
  /** Leaves a last state on the screen; resolves when listr2 is done. */
  end(how: Outcome['state'], title: string, rows: readonly string[]): Promise<void>;
}

type Task = ListrRendererTask<typeof ListrRenderer>;

/**
 * Starts the task; nothing is drawn yet.
 *
 * listr2's own renderer paints at every change, takes the `write` of the process's streams away, reads their width and
 * not the terminal's, and installs signal listeners. This one, given through listr2's own door for renderers, draws on
 * the screen it is handed and touches nothing else.
 */
export async function startRunRow(screen: Screen, palette: Palette): Promise<RunRow> {
  let spinner = '';
  let welcome: Promise<void> | undefined;
  let last: readonly string[] = [];
  let finish = (_how: Outcome['state']) => {};

  const glyph = (task: Task) => {
    if (task.isStarted()) return palette.warn(spinner);
    if (task.isSkipped()) return palette.quiet(glyphs.cancelled);
    return task.hasFailed() ? palette.bad(glyphs.failed) : palette.good(glyphs.succeeded);
  };

  class ScreenRenderer {
    static nonTTY = true;
    static rendererOptions = {};
    static rendererTaskOptions = {};
    readonly #tasks: Task[];
    constructor(tasks: Task[]) {
      this.#tasks = tasks;
    }
    render(): void {
      for (const task of this.#tasks) task.on(ListrTaskEventType.OUTPUT, () => this.#paint(task));
    }
    end(): void {
      screen.finish(this.#tasks.flatMap(task => [`${glyph(task)} ${task.title}`, ...last]));
    }
    #paint(task: Task): void {
      welcome = screen.paint([`${glyph(task)} ${task.title}`, ...(task.output ? task.output.split('\n') : [])]);
    }
  }

  const ended = new Promise<Outcome['state']>(resolve => {
    finish = resolve;
  });
  return new Promise(resolve => {
    const body = async (_: unknown, task: { title: string; output: string; skip(): void }) => {
      resolve({
        show(glyph, title, rows) {
          spinner = glyph;
          task.title = title;
          task.output = rows.join('\n');
          return welcome;
        },
        async end(how, title, rows) {
          task.title = title;
          last = rows;
          finish(how);
          await done;
        },
      });
      const how = await ended;
      if (how === 'failed') throw new Error(how);
      if (how !== 'succeeded') task.skip();
    };
    const listr = new Listr([{ title: ' ', task: body }], { renderer: ScreenRenderer, registerSignalListeners: false });
    // A task that fails makes listr2 reject: that is how its row gets its cross, and nothing else.
    const done = listr.run().then(
      () => {},
      () => {},
    );
  });
}

/** What is asked before something is done to a step, in one line: the name gives way to the keys that answer. */
import { cutFront, cutTo, widthOf } from './columns.ts';

/** What is done to a step. */
export type Deed = 'stop' | 'restart';

/** What stands before the name and behind it, from the longest to the shortest. */
const QUESTIONS: Readonly<Record<Deed, readonly (readonly [before: string, behind: string])[]>> = {
  stop: [
    ['Stop "', '"? y stops it, any other key does not'],
    ['Stop "', '"? y stops it'],
    ['Stop "', '"? y/n'],
  ],
  restart: [
    ['End "', '", to begin again? y does, any other key does not'],
    ['End "', '", to begin again? y does'],
    ['Restart "', '"? y/n'],
  ],
};
/** Of a name so much stays, its end, before fewer words are said. */
const NAME_COLUMNS = 12;

/** What is asked about one step. */
export interface Question {
  readonly deed: Deed;
  readonly step: string;
  /** What the step is called. */
  readonly name: string;
  /** It in one line, which is drawn now. */
  line(columns: number): string;
  /** Whether this key confirms it; nobody answers a question that was not drawn. */
  isConfirmedBy(letter: string): boolean;
}

/** Asks it once its line is drawn. */
export function createQuestion(asked: Pick<Question, 'deed' | 'step' | 'name'>): Question {
  let isDrawn = false;
  return {
    ...asked,
    line(columns) {
      isDrawn = true;
      return questionIn(asked, columns);
    },
    isConfirmedBy: letter => letter === 'y' && isDrawn,
  };
}

function questionIn({ deed, name }: Pick<Question, 'deed' | 'name'>, columns: number): string {
  const room = ([before, behind]: readonly [string, string]) => columns - widthOf(before) - widthOf(behind);
  const forms = QUESTIONS[deed];
  const form = forms.find(one => room(one) >= Math.min(widthOf(name), NAME_COLUMNS)) ?? forms.at(-1);
  if (form === undefined) return '';
  return cutTo(form[0] + cutFront(name, room(form)) + form[1], columns);
}

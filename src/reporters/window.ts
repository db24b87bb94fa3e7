/** What a terminal shows of a run around its screen: in its title, and as a bar on its tab or in the dock. */
import type { Progress } from '../events/progress.ts';
import type { Outlook } from './outlook.ts';
import type { Terminal } from './reporter.ts';
import { cleanse } from './text.ts';

/** Which of it the terminal can do. */
export interface WindowFeatures {
  readonly title: boolean;
  /** Elsewhere its sequence would be taken for a message to the user. */
  readonly bar: boolean;
}

export interface Window {
  /** Shows where the run stands; writes only what has changed. @param hasFailed default: anything has. */
  show(progress: Progress, outlook: Outlook, hasFailed?: () => boolean): void;
  /** As it was before. */
  restore(): void;
}

type Env = Readonly<Record<string, string | undefined>>;

const TITLE_MAX = 80;
const SAVE_TITLE = '\x1b[22;2t';
const RESTORE_TITLE = '\x1b[23;2t';
const NO_BAR = '\x1b]9;4;0\x07';

/** By the variables that terminals set. */
export function windowFeatures(env: Env): WindowFeatures {
  const { TERM = '', TERM_PROGRAM = '', WT_SESSION, ConEmuANSI } = env;
  const title = /^(?:xterm|rxvt|alacritty|foot|ghostty|kitty|wezterm|tmux|screen)/.test(TERM);
  const bar = WT_SESSION !== undefined || ConEmuANSI === 'ON' || ['ghostty', 'WezTerm'].includes(TERM_PROGRAM);
  return { title, bar };
}

export function createWindow(terminal: Terminal, features: WindowFeatures): Window {
  let shownTitle = '';
  let shownBar = '';

  const titleOf = (progress: Progress, percent: string, isBad: boolean): string => {
    return `${isBad ? '✖ ' : ''}${percent === '' ? '' : `${percent}% `}${cleanse(progress.name).slice(0, TITLE_MAX)}`;
  };

  return {
    show(progress, { done }, hasFailed = () => progress.root.counts.failed > 0) {
      if (!features.title && !features.bar) return;
      const isBad = hasFailed();
      const percent = done === undefined ? '' : String(Math.floor(done * 100));
      const title = features.title ? titleOf(progress, percent, isBad) : '';
      const state = isBad ? 2 : 1;
      const bar = features.bar ? `\x1b]9;4;${percent === '' ? '3' : `${state};${percent}`}\x07` : '';
      let text = '';
      if (title !== shownTitle) text += `${shownTitle === '' ? SAVE_TITLE : ''}\x1b]2;${title}\x07`;
      if (bar !== shownBar) text += bar;
      shownTitle = title;
      shownBar = bar;
      if (text !== '') void terminal.write(text);
    },
    restore() {
      const text = (shownTitle === '' ? '' : RESTORE_TITLE) + (shownBar === '' ? '' : NO_BAR);
      shownTitle = '';
      shownBar = '';
      if (text !== '') void terminal.write(text);
    },
  };
}

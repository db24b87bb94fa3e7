/** The palette in colours. */
import { Chalk } from 'chalk';
import type { Palette } from './palette.ts';

/** @param colour without it, all stays as it is. */
export function createPalette(colour: boolean): Palette {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  return { good: chalk.green, bad: chalk.red, warn: chalk.yellow, quiet: chalk.dim, strong: chalk.bold };
}

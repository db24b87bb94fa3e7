/** The values of options, understood; what is wrong with one is thrown, in words. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../plan/duration.ts';

/** Of an option that may be repeated all values. */
export function collected(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** Of an option that says one thing: the value, and no second one. */
export function once(value: string, earlier: string | undefined): string {
  if (earlier !== undefined) throw new InvalidArgumentError(`It may be given once, and "${earlier}" is given already.`);
  return value;
}

/** `NAME=value`, with those before it. */
export function assignment(text: string, earlier: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be NAME=value.');
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A whole number from 0. */
export function wholeOrNone(text: string): number {
  return text === '0' ? 0 : wholeNumber(text);
}

/** A whole number from 1. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

/** `10x`, or `max`. */
export function speed(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const times = Number(text.replace(/x$/, ''));
  if (!(times > 0 && Number.isFinite(times)))
    throw new InvalidArgumentError('It must be such as "10x", "0.5x" or "max".');
  return times;
}

/** Milliseconds of `90s`. */
export function duration(text: string): number {
  const ms = parseDuration(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
  if (ms === undefined || ms <= 0)
    throw new InvalidArgumentError('It must be a duration such as "250ms", "10s" or "5m".');
  return ms;
}

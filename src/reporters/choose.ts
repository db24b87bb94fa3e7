/** Which reporters a run has: those that were asked for, and always one for people. */

import { normalize } from 'node:path';
import { didYouMean } from '../plan/suggest.ts';
import { cleanse } from './text.ts';

/** Every reporter there is. */
export const NAMES = ['live', 'plain', 'group', 'github', 'gitlab', 'quiet', 'ndjson', 'junit'] as const;
export type ReporterName = (typeof NAMES)[number];

/** Those for machines: what they write to a stream must stand there alone. */
export const MACHINES: readonly ReporterName[] = ['ndjson', 'junit'];

/** One reporter and where it writes. */
export interface Chosen {
  readonly name: ReporterName;
  readonly to: 'stdout' | 'stderr' | { readonly file: string };
}

export type Choice =
  | { readonly type: 'chosen'; readonly reporters: readonly Chosen[] }
  /** A wrong use of the command line, in words. */
  | { readonly type: 'wrong'; readonly message: string };

/** What the choice depends on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdoutIsTTY: boolean;
  readonly stderrIsTTY: boolean;
}

/**
 * Chooses by `name[:file]` and by the surroundings, before anything starts.
 *
 * Machine output owns standard output; words for people go to standard error then. The one for people that nobody
 * named is `live` on a terminal, that of the CI in which we run, and `plain` elsewhere; so is `live` without a terminal.
 */
export function chooseReporters(specs: readonly string[], surroundings: Surroundings): Choice {
  const files: { readonly name: ReporterName; readonly to: { readonly file: string } }[] = [];
  const streams: ReporterName[] = [];
  for (const spec of specs) {
    const colon = spec.indexOf(':');
    const name = colon < 0 ? spec : spec.slice(0, colon);
    if (!isName(name))
      return wrong(`${quoted(name)} is no reporter${didYouMean(name, NAMES) || ';'} known are ${NAMES.join(', ')}`);
    if (colon < 0) streams.push(name);
    else if (colon === spec.length - 1)
      return wrong(`${quoted(spec)} names no file; write "${name}:path/of/file" or "${name}"`);
    else if (name === 'live') return wrong('"live" draws on a terminal and cannot write to a file; "plain:file" can');
    else files.push({ name, to: { file: spec.slice(colon + 1) } });
  }
  const shared = files.find(
    ({ to }, index) => files.findIndex(other => normalize(other.to.file) === normalize(to.file)) < index,
  );
  if (shared !== undefined) return wrong(`two reporters cannot share the file ${quoted(shared.to.file)}; name another`);
  const machines = streams.filter(name => MACHINES.includes(name));
  const people = streams.filter(name => !MACHINES.includes(name));
  const [machine, other] = machines;
  if (machine !== undefined && other !== undefined) {
    return wrong(
      machine === other
        ? `${quoted(machine)} can have standard output only once; give the other one a file`
        : `${quoted(machine)} and ${quoted(other)} cannot share standard output; give one of them a file, as in "${other}:file"`,
    );
  }
  if (people.length > 1) {
    return wrong(
      `${people.map(quoted).join(' and ')} cannot share a screen; give one of them a file, as in "plain:file"`,
    );
  }
  const to = machines.length > 0 ? 'stderr' : 'stdout';
  const name = nameForPeople(people[0], to, surroundings);
  const toStdout = machines.map(machine => ({ name: machine, to: 'stdout' }) as const);
  return { type: 'chosen', reporters: [{ name, to }, ...toStdout, ...files] };
}

/** The one that was asked for; `live` only where it can be drawn. */
function nameForPeople(
  asked: ReporterName | undefined,
  to: 'stdout' | 'stderr',
  surroundings: Surroundings,
): ReporterName {
  if (asked !== undefined && asked !== 'live') return asked;
  if (isScreen(to, asked === 'live', surroundings)) return 'live';
  if (isOn(surroundings.env.GITHUB_ACTIONS)) return 'github';
  return isOn(surroundings.env.GITLAB_CI) ? 'gitlab' : 'plain';
}

/** Whether a view can be drawn there; one that was asked for by name is drawn in CI as well. */
function isScreen(to: 'stdout' | 'stderr', isNamed: boolean, { env, stdoutIsTTY, stderrIsTTY }: Surroundings): boolean {
  const isTTY = to === 'stdout' ? stdoutIsTTY : stderrIsTTY;
  return isTTY && env.TERM !== 'dumb' && (isNamed || !isOn(env.CI));
}

/** Whether a variable says yes. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

function isName(name: string): name is ReporterName {
  return (NAMES as readonly string[]).includes(name);
}

/** In quotes, on one line, harmless to a terminal. */
function quoted(text: string): string {
  return JSON.stringify(cleanse(text));
}

function wrong(message: string): Choice {
  return { type: 'wrong', message };
}

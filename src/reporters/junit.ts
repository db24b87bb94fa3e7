/** JUnit XML, for the test pages of a CI: a test suite for each group, a test case for each step. */
import { relative } from 'node:path';
import { fold } from '../events/fold.ts';
import type { Failed, Outcome } from '../events/outcome.ts';
import { createProgress, type Progress } from '../events/progress.ts';
import { parentPath } from '../plan/paths.ts';
import { type Case, createCases } from './cases.ts';
import { logPath } from './digest.ts';
import { itemWords, numbersOf } from './items.ts';
import type { PlaceOf, Reporter, Sink } from './reporter.ts';
import { commandWords, type Steps, tellingName } from './steps.ts';
import { cleanse } from './text.ts';
import { failedWords, outcomeWords } from './wording.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

export interface JunitOptions {
  readonly sink: Sink;
  readonly steps: Steps;
  readonly placeOf: PlaceOf;
  /** Files are named relative to this folder. */
  readonly cwd?: string | undefined;
  /** The name of this machine. */
  readonly host?: string | undefined;
}

/** Writes the document when it is closed: of a run that broke off, with what had ended. */
export function createJunit({ sink, steps, placeOf, cwd, host }: JunitOptions): Reporter {
  const progress = createProgress(steps);
  const cases = createCases(progress, steps);
  let startedAt = '';
  let isWritten = false;

  const write = () => {
    if (isWritten) return;
    isWritten = true;
    const describing = { progress, steps, placeOf, cwd };
    const properties = { run: progress.folder?.replace(/^.*[\\/]/s, ''), unlisted: cases.unlisted || undefined };
    const at = startedAt.replace(/\.\d+Z$|Z$/, '') || undefined;
    void sink.write(xmlDocument(suites(cases.all, describing, { timestamp: at, hostname: host }, properties)));
  };

  return {
    name: 'junit',
    showsLater: true,
    report(event) {
      if (event.type === 'run.started') startedAt = event.at;
      fold(progress, event);
      cases.take(event);
      return undefined;
    },
    async close() {
      write();
      await sink.flush();
    },
  };
}

interface Describing {
  readonly progress: Progress;
  readonly steps: Steps;
  readonly placeOf: PlaceOf;
  readonly cwd: string | undefined;
}

type Attributes = NonNullable<XmlElement['attributes']>;

function suites(all: readonly Case[], describing: Describing, common: Attributes, facts: Attributes): XmlElement {
  const name = cleanse(describing.progress.name || describing.steps.label('.'));
  const groups = new Map<string, Case[]>();
  for (const one of all) {
    const group = suiteOf(one, describing.steps);
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [one]);
    else known.push(one);
  }
  const properties = Object.entries(facts).flatMap(([key, value]) =>
    value === undefined ? [] : [{ name: 'property', attributes: { name: key, value } }],
  );
  const listed = [...groups].map(([group, cases]) => {
    const suite = group === '.' ? name : `${name}/${group}`;
    return {
      name: 'testsuite',
      attributes: { name: suite, ...countsOf(cases), ...common },
      content: [
        ...(properties.length === 0 ? [] : [{ name: 'properties', content: properties }]),
        ...cases.map(one => testcase(one, group, suite, describing)),
      ],
    };
  });
  const time = seconds(describing.progress.t);
  return { name: 'testsuites', attributes: { name, ...countsOf(all), time }, content: listed };
}

/** The group that the step stands in; of one that failed by itself, and of copies that never started, itself. */
function suiteOf({ step, copies }: Case, steps: Steps): string {
  return copies !== undefined || (steps.isGroup(step) && !steps.isForEach(step)) ? step : parentPath(step);
}

function countsOf(cases: readonly Case[]): Attributes {
  const count = (kind: Kind) => cases.filter(({ outcome }) => kindOf(outcome) === kind).length;
  const time = seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0));
  return { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped'), time };
}

type Kind = 'failure' | 'error' | 'skipped' | undefined;

/** Only what makes the run fail is a failure, and what could not be tried an error. */
function kindOf(outcome: Outcome): Kind {
  if (outcome.state === 'succeeded') return undefined;
  if (outcome.state !== 'failed' || outcome.allowed) return 'skipped';
  return outcome.reason.type === 'start' || outcome.reason.type === 'internal' ? 'error' : 'failure';
}

function testcase(one: Case, group: string, classname: string, describing: Describing): XmlElement {
  const { step, outcome, durationMs, earlier } = one;
  const place = describing.placeOf(step);
  const file = place && (describing.cwd === undefined ? place.file : relative(describing.cwd, place.file));
  const attributes = {
    name: nameOf(one, group, describing.steps),
    classname,
    time: seconds(durationMs),
    file,
    line: place?.line,
  };
  const again = outcome.state === 'succeeded' ? 'flakyFailure' : 'rerunFailure';
  const [how = [], printed = []] = result(one, describing);
  const content = [...how, ...earlier.map(failed => failedAttempt(again, failed)), ...printed];
  return { name: 'testcase', attributes, content };
}

/** `unit`, `2: npm test`, `[3] NODE=18`, `[4…40]`; the root, and a group that failed by itself, as `.`. */
function nameOf({ step, item, copies }: Case, group: string, steps: Steps): string {
  if (copies === undefined && step === group) return '.';
  if (copies !== undefined) return numbersOf(copies);
  const name = group === '.' ? step : step.slice(group.length).replace(/^\//, '');
  return item === undefined ? tellingName(name, steps.at(step)) : `${name} ${itemWords(item)}`;
}

/** How it ended, and what is to be read besides. */
function result({ step, outcome, log }: Case, { progress, steps, cwd }: Describing): XmlElement[][] {
  const kind = kindOf(outcome);
  if (kind === undefined) return [];
  const message = outcomeWords(outcome) || outcome.state;
  if (outcome.state !== 'failed') return [[{ name: kind, attributes: { message } }]];
  const does = steps.at(step);
  const text = [
    ...(does === undefined || steps.isGroup(step) ? [] : [`$ ${commandWords(does)}`]),
    ...(progress.failures.get(step)?.tail ?? []).map(line => `│ ${cleanse(line)}`),
    ...(log === undefined ? [] : [`log: ${cleanse(logPath(log, progress.folder, cwd))}`]),
  ].join('\n');
  if (kind !== 'skipped') return [[{ name: kind, attributes: { message, type: outcome.reason.type }, content: text }]];
  return [[{ name: kind, attributes: { message } }], text === '' ? [] : [{ name: 'system-out', content: text }]];
}

function failedAttempt(name: string, failed: Failed): XmlElement {
  return { name, attributes: { message: failedWords(failed) || 'failed', type: failed.reason.type } };
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}

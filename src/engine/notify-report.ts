/** What pings tell of a run: in plain words, for Slack, and as JSON. */
import { counts, type Failed, type Outcome } from '../events/outcome.ts';
import type { HttpBody } from '../plan/plan.ts';

/** What the run is called. */
export interface RunNames {
  readonly plan: string;
  readonly run: string;
  readonly host: string;
}

/** How it has ended. */
export interface EndFacts {
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly durationMs: number;
  /** Every step that has failed by itself, the first one first. */
  readonly failures: readonly { readonly step: string; readonly outcome: Failed }[];
}

export interface Report {
  readonly names: RunNames;
  /** Absent at the start. */
  readonly facts: EndFacts | undefined;
  readonly tailOf: (step: string) => readonly string[];
  readonly masked: (text: string) => string;
}

/** So many failed steps are named, */
const NAMED = 10;
/** and so many characters are sent of what the first one has printed. */
const TAIL_MAX = 6000;

/** The body of a ping. */
export function bodyOf(kind: 'text' | 'json' | 'slack', report: Report): HttpBody {
  const { masked } = report;
  switch (kind) {
    case 'text':
      return { type: 'text', text: masked(words(report).join('\n')) };
    case 'slack':
      return { type: 'json', value: { text: forSlack(words(report).map(masked)) } };
    case 'json':
      return {
        type: 'json',
        value: JSON.parse(JSON.stringify(fields(report), (_, value) => maskedValue(value, masked))),
      };
    default:
      return kind satisfies never;
  }
}

function maskedValue(value: unknown, masked: Report['masked']): unknown {
  return typeof value === 'string' ? masked(value) : value;
}

function fields({ names, facts, tailOf }: Report) {
  if (facts === undefined) return { ...names, outcome: 'started' };
  const { outcome, exitCode, durationMs, failures } = facts;
  return {
    ...names,
    outcome: outcome.state,
    exitCode,
    durationMs,
    failed: named(failures).map(failure => ({ step: failure.step, reason: reasonWords(failure.outcome) })),
    lines: lastLines(failures, tailOf),
  };
}

/** The head, the failed steps, the last lines of the first one, the way on. */
function words({ names: { plan, run, host }, facts, tailOf }: Report): string[] {
  if (facts === undefined) return [`${plan} has started on ${host}`];
  const { outcome, exitCode, durationMs, failures } = facts;
  const code = exitCode === 0 ? '' : `, exit code ${exitCode}`;
  const others = failures.length - NAMED;
  return [
    `${plan} ${exitCode === 0 ? 'succeeded' : outcome.state} on ${host} after ${duration(durationMs)}${code}`,
    ...named(failures).map(({ step, outcome: failed }) => {
      return `failed: ${step === '.' ? plan : step} (${reasonWords(failed)}${allowedWords(failed)})`;
    }),
    ...(others > 0 ? [`and ${others} more`] : []),
    ...lastLines(failures, tailOf).map(line => `  ${line}`),
    `runjobs show ${run}`,
  ];
}

/** Slack reads `&`, `<` and `>`; what was printed stands in a block. */
function forSlack(lines: readonly string[]): string {
  const escaped = lines.map(line => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
  const isPrinted = (line: string) => line.startsWith('  ');
  const printed = escaped.filter(isPrinted).map(line => line.slice(2).replaceAll('```', "'''"));
  const block = printed.length === 0 ? [] : [`\`\`\`\n${printed.join('\n')}\n\`\`\``];
  const [head = '', ...others] = escaped.filter(line => !isPrinted(line));
  return [`*${head}*`, ...others.slice(0, -1), ...block, ...others.slice(-1)].join('\n');
}

function lastLines(failures: EndFacts['failures'], tailOf: Report['tailOf']): readonly string[] {
  const first = failures.find(({ outcome }) => counts(outcome));
  if (first === undefined) return [];
  const lines: string[] = [];
  let size = 0;
  for (const line of [...tailOf(first.step)].reverse()) {
    size += line.length + 1;
    if (size > TAIL_MAX) break;
    lines.unshift(line);
  }
  return lines;
}

/** Those that have a line: the ones that count before the others. */
function named(failures: EndFacts['failures']): EndFacts['failures'] {
  const isNone = ({ outcome }: EndFacts['failures'][number]) => !counts(outcome);
  return [...failures.filter(failure => !isNone(failure)), ...failures.filter(isNone)].slice(0, NAMED);
}

function allowedWords({ allowed, forgiven }: Failed): string {
  if (forgiven === 'lost') return ', which lost the race';
  return allowed ? `, which is ${forgiven ?? 'allowed'}` : '';
}

function reasonWords({ reason, exitCode, signal }: Failed): string {
  if (reason.type === 'signal' && signal !== undefined) return `${listWords(reason)}${signal}`;
  if (reason.type === 'exit' && exitCode !== undefined) return `${listWords(reason)}exit code ${exitCode}`;
  if (reason.type === 'timeout') return `timed out after ${duration(reason.limitMs)}`;
  return 'message' in reason ? reason.message : reason.type.replaceAll('-', ' ');
}

function listWords({ list }: { readonly list?: string }): string {
  return list === undefined ? '' : `forEach.${list}: the list's command: `;
}

/** `0.2 s`, `2m 05s`, `1h 02m`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}h ${two(minutes)}m` : `${minutes}m ${two(seconds % 60)}s`;
}

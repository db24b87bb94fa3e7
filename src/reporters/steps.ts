/** The plan's steps by path, and what each of them does in a few words. */
import { type Groups, groupsOf } from '../events/groups.ts';
import { templateOf, visitSteps } from '../plan/paths.ts';
import type { Plan, Ready, Step } from '../plan/plan.ts';
import { cutTo } from './columns.ts';
import { formatLimit } from './durations.ts';
import { listsWords } from './lists.ts';
import { cleanse } from './text.ts';

const COMMAND_MAX = 200;
/** An argument that a shell takes as it is. */
const PLAIN_ARGUMENT = /^[\w@%+=:,./-]+$/;

/** Finds steps by path, those of `finally` and the copies of a forEach too. */
export interface Steps extends Groups {
  at(path: string): Step | undefined;
  /** A path as people read it: the root goes by the plan's name. */
  label(path: string): string;
}

export function indexSteps(plan: Plan): Steps {
  const steps = new Map<string, Step>();
  visitSteps(plan.root, (step, template) => steps.set(template, step));
  const name = cleanse(plan.name);
  return {
    ...groupsOf(plan.root),
    at: path => steps.get(templateOf(path)),
    label: path => (path === '.' ? name : path),
  };
}

/** The id of a step without a name is its position. */
const POSITION = /(?:^|\/)\d+$/;
const COMMAND_COLUMNS = 32;

/** `deploy/2: make`: a name that is a position, with what the step does; any other, and that of a group, as it is. */
export function tellingName(name: string, step: Step | undefined): string {
  if (step === undefined || step.type === 'forEach' || 'children' in step || !POSITION.test(name)) return name;
  return `${name}: ${cutTo(commandWords(step), COMMAND_COLUMNS)}`;
}

/** What a step does: a script's first line, a program as a shell would take it, `GET https://…`. */
export function commandWords(step: Step): string {
  switch (step.type) {
    case 'run':
      return shortened(typeof step.command === 'string' ? step.command : step.command.map(quoted).join(' '));
    case 'http':
      return shortened(`${step.method} ${withoutSecrets(step.url)}`);
    case 'sleep':
      return step.durationMs === 'forever' ? 'sleep forever' : `sleep ${formatLimit(step.durationMs)}`;
    case 'steps':
      return `${counted(step.children.length)} in order`;
    case 'gather':
      return `${counted(step.children.length)} at once`;
    case 'any':
      return `the first to succeed of ${counted(step.children.length)}`;
    case 'forEach':
      return `for each ${listsWords(step.items)}: ${commandWords(step.each)}`;
    default:
      return step satisfies never;
  }
}

/** When it is ready: `ready GET http://…`, `ready tcp 5432`, `ready log "listening"`, `ready run pg_isready`. */
export function readyWords({ probe }: Ready): string {
  switch (probe.type) {
    case 'http':
      return `ready ${commandWords(probe.request)}`;
    case 'run':
      return `ready run ${commandWords(probe.command)}`;
    case 'tcp':
      return `ready tcp ${cleanse(probe.address)}`;
    case 'log':
      return `ready log ${cleanse(JSON.stringify(probe.pattern))}`;
    default:
      return probe satisfies never;
  }
}

function counted(children: number): string {
  return children === 1 ? '1 step' : `${children} steps`;
}

/** What stands before the host may be a password. */
function withoutSecrets(url: string): string {
  return url.replace(/^([^/?#]*\/\/)[^/?#]*@/, '$1***@');
}

/** An argument as a shell would take it. */
export function quoted(argument: string): string {
  return PLAIN_ARGUMENT.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

function shortened(command: string): string {
  const text = command.trim();
  const [first = ''] = text.split('\n', 1);
  const line = cleanse(first).trimEnd();
  if (line.length > COMMAND_MAX) return `${line.slice(0, COMMAND_MAX)}…`;
  return first.length < text.length ? `${line} …` : line;
}

/** What is asked whether a step is ready: requests, commands, addresses, and lines that it prints. */
import type { Failed, Outcome } from '../events/outcome.ts';
import { parseAddress } from '../plan/address.ts';
import { escapeRegex, matcherOf, parseLinePattern } from '../plan/line-pattern.ts';
import type { LeafStep, Probe } from '../plan/plan.ts';
import { expand } from '../plan/variables.ts';
import { createByteTail } from './byte-tail.ts';
import type { RunContext, Running } from './context.ts';
import { finalTexts } from './final-texts.ts';
import type { Scope } from './scope.ts';
import { Unexpandable, UnsetVariable, type Variables } from './variables.ts';

/** Of what a command prints so much is kept to find its last line in. */
const TAIL_BYTES = 4096;
const LINE_MAX = 300;

export type FinalProbe =
  /** Asked again and again: resolves with nothing once the answer is good, else with why not, in words. */
  | { readonly type: 'poll'; readonly ask: (scope: Scope) => Promise<string | undefined> }
  /** Each line that the step prints is looked at; `words` say that none has been the one. */
  | { readonly type: 'lines'; readonly isReady: (line: string) => boolean; readonly words: string };

/**
 * The probe of an attempt with its variables in it. What it asks holds no slot, and is stopped with the scope that it is
 * asked in.
 * @throws {Unexpandable} when a name has no value and no default, or a value cannot stand where it should.
 */
export function finalProbe(
  run: RunContext,
  running: Running,
  probe: Probe,
  variables: Variables,
  attempt: number,
): FinalProbe {
  switch (probe.type) {
    case 'http':
    case 'run': {
      const work = finalTexts(probe.type === 'http' ? probe.request : probe.command, variables);
      const env = variables.environment();
      let isWarned = false;
      const warn = (message: string) => {
        if (!isWarned) run.publish({ type: 'warning', t: run.t(), step: running.path, message: `ready: ${message}` });
        isWarned = true;
      };
      return { type: 'poll', ask: scope => execute(run, { work, env, path: running.path, attempt, warn }, scope) };
    }
    case 'tcp': {
      const text = variables.expand(probe.address);
      const address = parseAddress(text);
      if (address === undefined)
        throw new Unexpandable(`tcp: expected a port, or an address such as "127.0.0.1:5432", got "${text}"`);
      const { reach = async () => 'this run reaches no addresses' } = run;
      return { type: 'poll', ask: scope => reach(address, scope) };
    }
    case 'log': {
      const { isReady, words } = finalMatcher(probe.pattern, variables);
      return { type: 'lines', isReady, words: `no line that it has printed ${words}` };
    }
    default:
      return probe satisfies never;
  }
}

/** What a line must have, and how that is told: with its values, of which each stands for itself, also in a regular expression. */
function finalMatcher(written: string, variables: Variables): { isReady: (line: string) => boolean; words: string } {
  const pattern = parseLinePattern(written);
  if (pattern?.type === 'text') {
    const text = variables.expand(pattern.text);
    return { isReady: matcherOf({ type: 'text', text }), words: `holds "${text}"` };
  }
  const expansion = expand(pattern?.source ?? '', name => variables.get(name), escapeRegex);
  if (expansion.type === 'unset') throw new UnsetVariable(expansion.name);
  const { text: source } = expansion;
  const { flags = '' } = pattern ?? {};
  try {
    return { isReady: matcherOf({ type: 'regex', source, flags }), words: `matches /${source}/${flags}` };
  } catch (error) {
    throw new Unexpandable(`log: ${written}: ${(error as Error).message}`);
  }
}

interface Work {
  readonly work: LeafStep;
  readonly env: Readonly<Record<string, string>>;
  readonly path: string;
  readonly attempt: number;
  readonly warn: (message: string) => void;
}

/** Carries the request or command out, beside the step; what it prints is in no log. */
async function execute(
  run: RunContext,
  { work, env, path, attempt, warn }: Work,
  scope: Scope,
): Promise<string | undefined> {
  const tail = createByteTail(TAIL_BYTES);
  const masker = run.secrets.stream();
  const outcome = await run.executor.execute(work, {
    path,
    attempt,
    ticks: scope.ticks,
    stop: scope,
    kill: run.killed,
    env,
    warn,
    commit: run.commit,
    committed: run.committed,
    started() {},
    stopping() {},
    received() {},
    save() {},
    write(bytes) {
      tail.append(masker.write(bytes));
      return undefined;
    },
  });
  if (outcome.state === 'succeeded') return undefined;
  tail.append(masker.end());
  return whyNot(outcome, work.type === 'run' ? lastLineOf(tail.text()) : '');
}

function whyNot(outcome: Outcome, said: string): string {
  if (outcome.state !== 'failed') return 'it was stopped';
  const how = howWords(outcome);
  return said === '' ? how : `${how}: ${said}`;
}

function howWords({ reason, exitCode, signal }: Failed): string {
  if ('message' in reason) return reason.message;
  return reason.type === 'signal' ? `killed by ${signal ?? 'a signal'}` : `exit ${exitCode ?? 1}`;
}

function lastLineOf(text: string): string {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}…` : line;
}

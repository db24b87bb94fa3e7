/** A leaf step: its texts made final, handed to the executor, its output kept and told. */

import type { Outcome } from '../events/outcome.ts';
import type { Json, LeafStep } from '../plan/plan.ts';
import { createByteTail } from './byte-tail.ts';
import type { Ending, RunContext, Running } from './context.ts';
import { watchQuiet } from './quiet.ts';
import { readsStderr, STDERR_BYTES } from './retrying.ts';
import type { Scope } from './scope.ts';
import { UnsetVariable, type Values, type Variables } from './variables.ts';

/** Runs one attempt of a leaf. A text with an unset variable fails the step before anything starts. */
export async function executeLeaf(
  run: RunContext,
  running: Running,
  step: LeafStep,
  scope: Scope,
  attempt: number,
  started: (facts?: { pid?: number; logOffset?: number }) => void,
): Promise<Ending> {
  let announced = false;
  const announce = (facts: { readonly pid?: number } = {}) => {
    if (announced) return;
    announced = true;
    quiet.heard();
    const logOffset = running.log?.size ?? 0;
    started({ ...facts, ...(logOffset > 0 ? { logOffset } : {}) });
  };
  const quiet = watchQuiet(run, step, scope);
  const output = createOutput(run, running, quiet.heard);
  const variables = scope.variables.with(builtIns(run, running, scope, attempt), { type: 'runjobs' });
  let saved: Values | undefined;
  const outcome = await prepared(step, variables, work => {
    running.log ??= run.logs?.open(running.path);
    return run.executor.execute(work, {
      path: running.path,
      attempt,
      signal: scope.signal,
      kill: run.killed,
      env: variables.all(),
      started: announce,
      write: output.write,
      stopping: facts => run.publish({ type: 'step.stopping', step: running.path, t: run.t(), ...facts }),
      warn: message => run.publish({ type: 'warning', t: run.t(), step: running.path, message }),
      save(values) {
        saved = values;
      },
    });
  });
  quiet.end();
  output.end();
  if (outcome.state !== 'cancelled') announce();
  return outcome.state === 'succeeded' ? { outcome, saved } : { outcome };
}

/** What runjobs tells each command of itself. */
function builtIns(run: RunContext, { path }: Running, scope: Scope, attempt: number): Record<string, string> {
  return {
    ...run.builtIns,
    RUNJOBS_STEP: path,
    RUNJOBS_ATTEMPT: String(attempt),
    RUNJOBS_TICK: scope.tick === undefined ? '' : String(scope.tick),
  };
}

type Decoder = InstanceType<typeof TextDecoder>;

/** Keeps each piece of output in the step's log, then tells it as text to whoever listens. */
function createOutput(run: RunContext, running: Running, heard: () => void) {
  const stderr = readsStderr(running.step.retry) ? createByteTail(STDERR_BYTES) : undefined;
  if (stderr !== undefined) running.stderr = stderr;
  const decoders: { out?: Decoder; err?: Decoder } = {};
  const tell = (stream: 'out' | 'err', text: string) =>
    text === '' ? undefined : run.publishOutput({ type: 'step.output', step: running.path, t: run.t(), stream, text });
  return {
    write(bytes: Uint8Array, stream: 'out' | 'err' = 'out') {
      heard();
      if (stream === 'err') stderr?.append(bytes);
      try {
        running.log?.append(bytes);
      } catch (error) {
        run.broken(`the log of "${running.path}" cannot be written: ${(error as Error).message}`);
      }
      if (!run.tellOutput) return undefined;
      decoders[stream] ??= new TextDecoder('utf-8', { ignoreBOM: true });
      return tell(stream, decoders[stream].decode(bytes, { stream: true }));
    },
    end() {
      for (const stream of ['out', 'err'] as const) void tell(stream, decoders[stream]?.decode() ?? '');
    },
  };
}

async function prepared(
  step: LeafStep,
  variables: Variables,
  execute: (step: LeafStep) => Promise<Outcome>,
): Promise<Outcome> {
  let work: LeafStep;
  try {
    work = finalTexts(step, variables);
  } catch (error) {
    if (!(error instanceof UnsetVariable)) throw error;
    return { state: 'failed', reason: { type: 'start', message: error.message } };
  }
  return execute(work);
}

/** The step with every `${NAME}` outside shell code replaced. */
function finalTexts(step: LeafStep, variables: Variables): LeafStep {
  const text = (value: string) => variables.expand(value);
  switch (step.type) {
    case 'run': {
      const [program, ...args] = typeof step.command === 'string' ? [] : step.command;
      return {
        ...step,
        command: program === undefined ? step.command : [text(program), ...args.map(text)],
        ...(step.cwd === undefined ? {} : { cwd: text(step.cwd) }),
      };
    }
    case 'http':
      return {
        ...step,
        url: text(step.url),
        headers: mapValues(step.headers, text),
        ...(step.body === undefined ? {} : { body: finalBody(step.body, text) }),
      };
    default:
      return step satisfies never;
  }
}

function finalBody(body: NonNullable<Extract<LeafStep, { type: 'http' }>['body']>, text: (value: string) => string) {
  return body.type === 'text'
    ? { type: 'text' as const, text: text(body.text) }
    : { type: 'json' as const, value: finalJson(body.value, text) };
}

function finalJson(value: Json, text: (value: string) => string): Json {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item: Json) => finalJson(item, text));
  if (value !== null && typeof value === 'object') {
    return mapValues(value as Readonly<Record<string, Json>>, item => finalJson(item, text));
  }
  return value;
}

function mapValues<A, B>(map: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

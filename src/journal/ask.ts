/** Asks a run to stop, or to begin a step again, through its control socket. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { ControlAnswer, ControlRequest } from './control.ts';
import { RUN_FILES } from './runs.ts';
import { connectTo } from './sockets.ts';

/** What came of asking. */
export type Asked =
  /** Resolves when nothing of what was to stop is left, or the run has ended in any other way. */
  | { readonly type: 'stopping'; readonly ended: Promise<void> }
  | { readonly type: 'refused'; readonly message: string }
  /** Nobody listens. */
  | { readonly type: 'gone' };

const LONGEST_ANSWER = 64 * 1024;

/**
 * Asks the run in `folder`, and resolves with what it answers first. `onSilence` is called when it has not for some seconds,
 * as one that is suspended. Rejects with the system's error where the socket may not be reached.
 */
export async function ask(folder: string, request: ControlRequest, onSilence: () => void): Promise<Asked> {
  let socket: Socket;
  try {
    socket = await connectTo(join(folder, RUN_FILES.socket));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return { type: 'gone' };
    throw error;
  }
  socket.on('error', () => socket.destroy());
  socket.write(`${JSON.stringify(request)}\n`);
  const silence = setTimeout(onSilence, 5000);
  const answers = answersOf(socket);
  const next = await answers.next();
  const first = next.done ? undefined : next.value;
  clearTimeout(silence);
  switch (first?.type) {
    case 'refused':
      socket.destroy();
      return { type: 'refused', message: first.message };
    case 'stopping':
      return { type: 'stopping', ended: rest(answers) };
    case 'stopped':
      socket.destroy();
      return { type: 'stopping', ended: Promise.resolve() };
    case undefined:
      return { type: 'gone' };
    default:
      return first satisfies never;
  }
}

/** Until the last answer, or the end of whoever gives it. */
async function rest(answers: AsyncIterable<ControlAnswer>): Promise<void> {
  for await (const answer of answers) if (answer.type === 'stopped') return;
}

async function* answersOf(socket: Socket): AsyncGenerator<ControlAnswer, void> {
  let text = '';
  socket.setEncoding('utf8');
  try {
    for await (const chunk of socket) {
      text += chunk;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
        const answer = parse(text.slice(0, end));
        text = text.slice(end + 1);
        if (answer !== undefined) yield answer;
      }
      if (text.length > LONGEST_ANSWER) return;
    }
  } catch {
    // It has ended without a word.
  } finally {
    if (!socket.destroyed) {
      socket.destroy();
      await once(socket, 'close');
    }
  }
}

function parse(line: string): ControlAnswer | undefined {
  try {
    const answer = JSON.parse(line);
    return ['stopping', 'stopped', 'refused'].includes(answer?.type) ? answer : undefined;
  } catch {
    return undefined;
  }
}

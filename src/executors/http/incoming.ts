/** An answer on its way in: its head, then its body, piece by piece, held up while more of it waits than its reader takes. */
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { trimmedHeaders } from './header-text.ts';

/** So many bytes may wait for the reader; while there are more, the server is not read from. */
const WAITING_MAX = 64 * 1024;

type Controller = Dispatcher.DispatchController;

export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: Dispatcher.ResponseData['headers'];
}

/** The body of an answer; it can be read once. */
export interface AnswerBody {
  /**
   * Hands over each piece, the next one once what `take` has returned has resolved; resolves when the body has ended, or
   * `isEnough` says that the rest is of no interest: nobody reads it then. Rejects with the error of node, undici or `take`,
   * after all that had arrived before.
   */
  read(take: (bytes: Buffer) => Promise<void> | undefined, isEnough?: () => boolean): Promise<void>;
}

/** An answer that is none, which undici lets through over HTTP/2. */
export class Headless extends Error {
  readonly code = 'HEADLESS';
  /** Whether its head is no HTTP; otherwise it has ended before there was one. */
  readonly isInvalid: boolean;

  constructor(message: string, isInvalid: boolean) {
    super(message);
    this.isInvalid = isInvalid;
  }
}

/** What undici tells of one request. Its own stream of a body costs as much as all else of a small request. */
export class Incoming implements Dispatcher.DispatchHandler, AnswerBody {
  /** Resolves with the head of the answer; rejects where there is none. */
  readonly head: Promise<AnswerHead>;
  #resolve!: (head: AnswerHead) => void;
  #reject!: (error: Error) => void;
  #controller: Controller | undefined;
  #hasHead = false;
  readonly #sent: unknown;
  #waiting: Buffer[] = [];
  #size = 0;
  #isOver = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param sent the body of the request: if it is a stream, it is destroyed where the request fails. */
  constructor(sent: unknown) {
    this.#sent = sent;
    this.head = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
  }

  onResponseStart(_: Controller, statusCode: number, headers: Dispatcher.ResponseData['headers']): void {
    if (statusCode >= 200) {
      this.#hasHead = true;
      this.#resolve({ statusCode, headers: trimmedHeaders(headers) });
    } else if (statusCode < 100) this.#reject(new Headless('its status is no number from 100 on', true));
  }

  onResponseData(controller: Controller, bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    if (this.#size > WAITING_MAX) controller.pause();
    this.#awaken();
  }

  onResponseEnd(): void {
    // An error takes longer to be made than the rest of a small answer.
    if (!this.#hasHead) this.#reject(new Headless('it has ended without a head', false));
    this.#isOver = true;
    this.#awaken();
  }

  onResponseError(_: Controller, error: Error): void {
    this.#error = error;
    this.#isOver = true;
    this.#reject(error);
    if (this.#sent instanceof Readable) this.#sent.on('error', () => {}).destroy(error);
    this.#awaken();
  }

  async read(take: (bytes: Buffer) => Promise<void> | undefined, isEnough?: () => boolean): Promise<void> {
    for (;;) {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#size = 0;
      for (const bytes of waiting) {
        const taken = take(bytes);
        if (taken !== undefined) await taken;
        if (isEnough?.()) return;
      }
      if (this.#waiting.length > 0) continue;
      if (this.#error !== undefined) throw this.#error;
      if (this.#isOver) return;
      const more = new Promise<void>(resolve => {
        this.#wake = resolve;
      });
      if (this.#controller?.paused) this.#controller.resume();
      await more;
    }
  }

  #awaken(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/** What a request carries: opened anew each time that it is sent, and streamed where it comes from files. */
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Field, HttpBody } from '../../plan/plan.ts';
import { fileToSend, type NothingToSend } from './file-to-send.ts';
import { multipartOf } from './multipart.ts';

/** The body of a request. */
export interface Payload {
  readonly contentType?: string;
  /** Bytes; absent where the body is a text. */
  readonly length?: number;
  open(): string | Readable;
}

/** @param folder where relative paths start. */
export function payloadOf(body: HttpBody, folder: string): Payload | NothingToSend {
  switch (body.type) {
    case 'text':
      return { ...(body.contentType && { contentType: body.contentType }), open: () => body.text };
    case 'json': {
      const text = JSON.stringify(body.value);
      return { contentType: 'application/json', open: () => text };
    }
    case 'form': {
      const text = formOf(body.fields);
      return { contentType: 'application/x-www-form-urlencoded', open: () => text };
    }
    case 'file': {
      const file = fileToSend('file', body.path, folder);
      if ('fault' in file) return file;
      return { contentType: 'application/octet-stream', length: file.size, open: file.read };
    }
    case 'multipart':
      return multipartOf(body.parts, `runjobs-${randomUUID()}`, path => fileToSend('multipart', path, folder));
    default:
      return body satisfies never;
  }
}

/** The type of a body in parts, where the step gives one: it names what stands between them, whatever else it says. */
export function typeOfParts(payload: Payload | undefined, given: string | undefined): { 'content-type'?: string } {
  const [type = '', boundary] = payload?.contentType?.split('; ') ?? [];
  if (given === undefined || boundary === undefined) return {};
  const own = /^multipart\//i.test(given) ? given.replace(/\s*;\s*boundary\s*=\s*(?:"[^"]*"|[^;]*)/i, '') : type;
  return { 'content-type': `${own}; ${boundary}` };
}

function formOf(fields: readonly Field[]): string {
  const form = new URLSearchParams();
  for (const [name, value] of fields) form.append(name, value);
  return form.toString();
}

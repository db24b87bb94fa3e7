/** Signatures of messages: with a shared key, who can write to Redis can still not run commands on a worker. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The signature of a message of the job. */
export function signatureOf(key: string, job: string, body: string): string {
  return createHmac('sha256', key).update(`${job}\n${body}`).digest('hex');
}

/** Whether it is that of the message. */
export function isSignature(given: unknown, key: string, job: string, body: string): boolean {
  const expected = Buffer.from(signatureOf(key, job, body));
  const found = Buffer.from(typeof given === 'string' ? given : '');
  return found.length === expected.length && timingSafeEqual(found, expected);
}

/** Bodies that are packed in a way that cannot be undone here: taken for what they hold they would do harm. */
import { isBodiless } from '../../plan/bodiless.ts';
import type { HttpStep } from '../../plan/plan.ts';
import type { HttpResponse } from './exchange.ts';
import { type HttpRequest, hasHeader } from './request.ts';

/** Ways that are registered and are none of ours; what else stands there (`aws-chunked`) says nothing of the bytes. */
const UNKNOWN = ['zstd', 'compress', 'x-compress', 'dcb', 'dcz', 'exi', 'pack200-gzip', 'aes128gcm'];

/** Why a body would not be what the step has asked for, in words. */
export function packingFault(
  { statusCode, headers, announced }: HttpResponse,
  { method }: HttpRequest,
  step: Pick<HttpStep, 'decompress' | 'headers'>,
): string | undefined {
  if (isBodiless(method, statusCode) || announced === 0) return undefined;
  const onItsWay = namesIn(headers['transfer-encoding']).find(name => !['', 'chunked', 'identity'].includes(name));
  if (onItsWay !== undefined)
    return `the body cannot be unpacked: it was packed on its way (Transfer-Encoding: ${onItsWay}), which nobody has asked for`;
  const { decompress = true } = step;
  if (!decompress || hasHeader(step, 'accept-encoding')) return undefined;
  const packing = namesIn(headers['content-encoding']).find(name => UNKNOWN.includes(name));
  if (packing === undefined) return undefined;
  return `the body cannot be unpacked: it is packed as "${packing}", which was not asked for; "decompress: false" takes it as it comes`;
}

function namesIn(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return [value]
    .flat()
    .join()
    .toLowerCase()
    .split(',')
    .map(name => name.trim());
}

/** A queue, as people and files know it. */
import type { QueuePlace } from './address.ts';
import { DEFAULT_PREFIX } from './keys.ts';

export interface QueueName {
  /** Without what opens it. */
  readonly address: string;
  readonly prefix: string;
}

export function nameOf({ address, prefix }: QueuePlace): QueueName {
  return { address: address.shown, prefix };
}

/** Whether the same workers are there. */
export function isSameQueue(one: QueueName | undefined, other: QueueName | undefined): boolean {
  return one?.address === other?.address && one?.prefix === other?.prefix;
}

/** The words of the command line that name it. */
export function queueOptions({ address, prefix }: QueueName): readonly string[] {
  return ['--queue', address, ...(prefix === DEFAULT_PREFIX ? [] : ['--queue-prefix', prefix])];
}

/** The one table of bodies: a step has exactly one, and some keys go with certain bodies only. */

export const BODIES = ['run', 'http', 'steps', 'gather', 'any', 'use', 'sleep'] as const;

export type Body = (typeof BODIES)[number];

/**
 * Keys that do not go with every step, and the bodies or other keys of which they need one; `ready-checks.ts` says more of
 * `ready`. `cwd`, `shell`, `stop`, `launcher`, `runsOn` and `httpDefaults` flow down groups.
 */
export const GOES_WITH: Readonly<Record<string, readonly (Body | 'forEach' | 'background')[]>> = {
  forEach: ['run', 'http', 'steps', 'any', 'use', 'sleep'],
  limit: ['gather', 'forEach'],
  failFast: ['gather', 'forEach'],
  tolerate: ['gather', 'forEach'],
  ready: ['background'],
  pools: ['run', 'http'],
  save: ['run', 'http', 'use'],
  saveTo: ['run', 'http'],
  okExitCodes: ['run'],
  stdin: ['run'],
  interactive: ['run'],
  cwd: ['run', 'steps', 'gather', 'any', 'use'],
  shell: ['run', 'steps', 'gather', 'any', 'use'],
  stop: ['run', 'steps', 'gather', 'any', 'use'],
  launcher: ['run', 'steps', 'gather', 'any', 'use'],
  runsOn: ['run', 'http', 'steps', 'gather', 'any', 'use'],
  idempotent: ['run', 'http'],
  envFromWorker: ['run'],
  httpDefaults: ['steps', 'gather', 'any'],
};

/** What a request may send: one of them at most. */
export const REQUEST_BODIES = ['json', 'form', 'multipart', 'file', 'body'] as const;

/** The bodies that a step has, in the order of the table. */
export function bodiesOf(step: { readonly [key: string]: unknown }): Body[] {
  return BODIES.filter(body => step[body] !== undefined);
}

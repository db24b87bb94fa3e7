/** The one table of bodies: a step has exactly one, and some keys go with certain bodies only. */

export const BODIES = ['run', 'http', 'steps', 'gather', 'sleep'] as const;

export type Body = (typeof BODIES)[number];

/** Keys that do not go with every body, and the bodies they go with. `cwd`, `shell` and `stop` flow down groups. */
export const GOES_WITH: Readonly<Record<string, readonly Body[]>> = {
  limit: ['gather'],
  failFast: ['gather'],
  okExitCodes: ['run'],
  cwd: ['run', 'steps', 'gather'],
  shell: ['run', 'steps', 'gather'],
  stop: ['run', 'steps', 'gather'],
};

/** The bodies that a step has, in the order of the table. */
export function bodiesOf(step: { readonly [key: string]: unknown }): Body[] {
  return BODIES.filter(body => step[body] !== undefined);
}

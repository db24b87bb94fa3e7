/** The plan of a command line that names none: the one file of the current folder that is called runjobs. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { listed } from '../plan/quote.ts';

/** What such a file is called. */
export const DEFAULT_PLANS = ['runjobs.yaml', 'runjobs.yml', 'runjobs.json'] as const;

export type DefaultPlan =
  /** Its name, as one would type it. */
  | { readonly type: 'found'; readonly plan: string }
  /** There is none, or more than one; in words. */
  | { readonly type: 'wrong'; readonly message: string };

/** Looks for it. @param command what it is for, as typed before its name. @throws where the current folder is gone. */
export function defaultPlan(command: string): DefaultPlan {
  const [plan, ...others] = DEFAULT_PLANS.filter(name => existsSync(resolve(name)));
  if (plan !== undefined && others.length === 0) return { type: 'found', plan };
  if (plan === undefined) {
    const what = `no plan is named, and none here is called ${listed(DEFAULT_PLANS, 'or')}`;
    const next = 'name one, or let "runjobs init" write a first one (runjobs --help shows what there is)';
    return { type: 'wrong', message: `${what}; ${next}` };
  }
  const both = others.length === 1 ? 'both ' : '';
  const what = `no plan is named, and ${both}${listed([plan, ...others], 'and')} are here`;
  return { type: 'wrong', message: `${what}; name one of them: ${command} ${plan}` };
}

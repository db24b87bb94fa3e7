/** One measurement of the engine alone, in a process of its own: <what> <count>; prints it as JSON. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { realClock } from '../../../src/engine/clock.ts';
import type { Executor } from '../../../src/engine/executor.ts';
import { openRun } from '../../../src/engine/run.ts';
import type { RunEvent } from '../../../src/events/event.ts';
import type { Step } from '../../../src/plan/plan.ts';
import { forEach, gather, leaf, plan } from '../../support/steps.ts';

const [what = '', given = ''] = process.argv.slice(2);
const count = Number(given);
/** So many steps and more are run before the time is taken. */
const WARM_UP = 100_000;

const values = (of: number) => Array.from({ length: of }, (_, index) => String(index));

/** Ends at once, so that all that takes time is the engine. */
const atOnce: Executor = {
  async execute(_, { started }) {
    started();
    return { state: 'succeeded', exitCode: 0 };
  },
};

/** Never ends, so that all others wait. */
const never: Executor = {
  execute(_, { started }) {
    started();
    return new Promise(() => {});
  },
};

function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function open(root: Step, executor: Executor, limit = 64) {
  let events = 0;
  const publish = (_: RunEvent) => {
    events += 1;
    return undefined;
  };
  const run = openRun({ plan: plan(root, limit), id: 'bench', executor, clock: realClock, publish });
  return { run, events: () => events };
}

/** Steps of a gather, so many times over. */
async function timed(times: number): Promise<object> {
  const runs = Array.from({ length: times }, () => open(gather('root', leaves()), atOnce).run);
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  for (const run of runs) await run.start();
  const { user, system } = process.cpuUsage(before);
  const steps = times * count;
  return { us: ((performance.now() - startedAt) * 1000) / steps, cpuUs: (user + system) / steps };
}

const leaves = () => values(count).map(id => leaf(id));

async function measure(): Promise<object> {
  switch (what) {
    case 'steps':
      return await timed(1);
    case 'width':
      // What V8 has not compiled yet would be the price of narrow gathers, and of no wide one.
      await timed(Math.ceil(WARM_UP / count));
      return await timed(Math.ceil(WARM_UP / count));
    case 'waiting': {
      const { run, events } = open(gather('root', leaves()), never, 1);
      const before = heap();
      void run.start();
      // All but the first have told that they wait.
      while (events() < count) await new Promise(done => setTimeout(done, 10));
      return { bytes: (heap() - before) / count };
    }
    case 'copies': {
      const side = Math.round(Math.sqrt(count));
      const lists = ['A', 'B'].map(name => ({ name, list: { type: 'values', values: values(side) } as const }));
      const root = forEach('root', { type: 'product', lists, exclude: [] }, leaf('each'), { limit: 2 });
      const { run } = open(root, atOnce);
      const startedAt = performance.now();
      await run.start();
      const rssMiB = process.resourceUsage().maxRSS / 1024;
      return { us: ((performance.now() - startedAt) * 1000) / (side * side), rssMiB };
    }
    default:
      throw new Error(`steps, width, waiting or copies, not "${what}"`);
  }
}

console.log(JSON.stringify(await measure()));
process.exit();

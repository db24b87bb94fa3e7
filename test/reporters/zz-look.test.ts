import { test } from 'vitest';
import { createLive } from '../../src/reporters/live.ts';
import { createPlain } from '../../src/reporters/plain.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import * as s from './stage.ts';

test('look', async () => {
  const plan = s.planOf(
    s.steps('root', [
      s.gather('build', [s.run('compile', 'npm run build\nx'), s.run('lint', ['eslint', 'a b'])]),
      s.run('fetch', 'curl x', { retry: { times: 3, delayMs: 3000, factor: 2, maxDelayMs: 60000, jitter: 'none' } }),
      s.run('deploy'),
    ]),
  );
  const clock = s.handClock();
  const terminal = s.stageTerminal();
  const sink = s.keptSink();
  const steps = indexSteps(plan);
  const live = await createLive({ terminal, steps, clock, colour: false, onExit: () => () => {}, cwd: '/plans' });
  const plain = createPlain({ sink, steps, clock, cwd: '/plans' });
  const r = s.script(e => {
    live.report(e);
    plain.report(e);
  }, clock.now);
  const see = async () => {
    clock.advance(200);
    console.log((await terminal.screen()).join('\n'));
  };
  r.begin();
  r.start('.');
  r.start('build');
  r.start('build/compile');
  r.start('build/lint');
  clock.advance(1200);
  r.print('build/compile', 'compiling a.ts\ncompiling \x1b[31mb.ts\n');
  await see();
  r.end('build/lint');
  await see();
  r.end('build/compile', s.ok);
  r.end('build');
  r.start('fetch');
  await see();
  r.event({
    type: 'step.retrying',
    step: 'fetch',
    t: clock.now(),
    attempt: 2,
    delayMs: 3000,
    failure: { type: 'exit' },
  });
  clock.advance(1000);
  await see();
  clock.advance(2000);
  r.start('fetch', { attempt: 2 });
  r.print('fetch', 'curl: (7) Failed to connect\n');
  await see();
  r.end('fetch', s.exit(7), { attempts: 2, log: 'logs/fetch.log', durationMs: 4200 });
  r.end('deploy', s.skippedAfter('fetch'));
  r.end('.', s.childFailed('fetch'));
  r.finish(s.childFailed('fetch'), 1);
  await live.close();
  await plain.close();
  console.log((await terminal.screen()).join('\n'));
  console.log('---- plain\n' + sink.text);
});

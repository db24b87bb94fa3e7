import { expect, it } from 'vitest';
import { stageLive } from './live-stage.ts';

it('the live view shows the worker of each step, and how many workers there are', async () => {
  const { tell, look } = await stageLive();
  tell.start('fetch', { worker: 'gpu-box-17-3f2a' });
  tell.event({ type: 'workers.changed', t: 0, workers: 3, slots: 12 });
  expect(await look()).toEqual([
    '* tour 0.2 s  0/4 done · 1 running · 3 workers with 12 slots',
    '  * fetch 0.2 s on gpu-box-17-3f2a',
  ]);
  tell.event({ type: 'workers.changed', t: 0, workers: 1, slots: 1 });
  expect((await look())[0]).toContain('1 worker with 1 slot');
  tell.event({ type: 'workers.changed', t: 0, workers: 0, slots: 0 });
  expect((await look())[0]).toContain('no workers');
  tell.end('fetch');
  expect((await look()).join('\n')).not.toContain('gpu-box');
});

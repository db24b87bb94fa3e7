import { expect, it } from 'vitest';
import { terminalStreams } from '../../../src/executors/command/terminal.ts';

it.each<[string, readonly number[], readonly number[] | undefined]>([
  ['all three lead there', [0, 1, 2], [0, 1, 2]],
  ['output goes elsewhere', [0, 2], [0, 2, 2]],
  ['errors go elsewhere', [0, 1], [0, 1, 1]],
  ['neither output leads there', [0], undefined],
  ['input comes from elsewhere', [1, 2], undefined],
  ['nothing leads there', [], undefined],
])('a program has the terminal as all of its streams, where there is one: %s', (_, terminals, streams) => {
  expect(terminalStreams(descriptor => terminals.includes(descriptor))).toEqual(streams);
});

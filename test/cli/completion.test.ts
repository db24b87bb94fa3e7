/** A command line that is being typed: what is to stand where the cursor is. */
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/cli/completion/facts.ts';
import { type CommandFacts, readLine } from '../../src/cli/completion/line.ts';

const option = (names: readonly string[], takesValue: boolean) => ({ names, description: 'x', takesValue });
const COMMANDS: readonly CommandFacts[] = [
  {
    name: 'run',
    description: '',
    options: [
      option(['--only'], true),
      option(['--slots', '-j'], true),
      option(['--lock'], false),
      option(['--set'], true),
    ],
  },
  { name: 'show', description: '', options: [option(['--json'], false)] },
  { name: 'cron', description: '', options: [] },
  { name: 'cron print', description: '', options: [option(['--systemd'], false)] },
];
const wanted = (...words: string[]) => readLine(words, COMMANDS).wanted;

describe('the word at the cursor', () => {
  it('is a command or a plan at first', () => {
    expect(readLine(['pl'], COMMANDS)).toEqual({ wanted: { type: 'command' }, typed: 'pl', before: '' });
    expect(wanted('--lock', '')).toEqual({ type: 'command' });
  });

  it('is an option where it begins with a dash, of run where no command is named', () => {
    expect(wanted('plan.yaml', '--')).toEqual({ type: 'option', command: 'run' });
    expect(wanted('cron', 'print', '-')).toEqual({ type: 'option', command: 'cron print' });
  });

  it('is the value of the option before it, which knows the plan of the line', () => {
    const value = { type: 'value', option: '--only', command: 'run', plan: 'plan.yaml' };
    expect(wanted('plan.yaml', '--only', '')).toEqual(value);
    expect(wanted('run', '-j', '3', 'plan.yaml', '--lock', '--only', 'te')).toEqual(value);
  });

  it('is that value also in one word, and in the three that bash makes of it', () => {
    const value = { type: 'value', option: '--only', command: 'run', plan: 'p' };
    expect(readLine(['p', '--only=te'], COMMANDS)).toEqual({ wanted: value, typed: 'te', before: '--only=' });
    expect(readLine(['p', '--only', '=', 'te'], COMMANDS)).toEqual({ wanted: value, typed: 'te', before: '' });
    expect(readLine(['p', '--only', '='], COMMANDS)).toEqual({ wanted: value, typed: '', before: '' });
  });

  it('is the value of an input behind its name, also in one word, and in those that bash makes of it', () => {
    const value = { type: 'value', option: '--set', command: 'run', plan: 'p', input: 'TO' };
    const read = (...words: string[]) => readLine(['p', ...words], COMMANDS);
    expect(read('--set', 'TO=li')).toEqual({ wanted: value, typed: 'li', before: 'TO=' });
    expect(read('--set=TO=li')).toEqual({ wanted: value, typed: 'li', before: '--set=TO=' });
    for (const option of [['--set'], ['--set', '=']]) {
      expect(read(...option, 'TO', '=', 'li')).toEqual({ wanted: value, typed: 'li', before: '' });
      expect(read(...option, 'TO', '=')).toEqual({ wanted: value, typed: '', before: '' });
    }
    expect(read('--set', 'TO').wanted).toEqual({ type: 'value', option: '--set', command: 'run', plan: 'p' });
  });

  it('is not taken for the plan where bash makes words of a value before it', () => {
    const value = { type: 'value', option: '--only', command: 'run', plan: 'p' };
    expect(wanted('--set', 'TO', '=', 'live', 'p', '--only', '')).toEqual(value);
    expect(wanted('--set', 'TO', '=', 'a', '=', 'b', 'p', '--only', '')).toEqual(value);
  });

  it('is an argument after those that are given', () => {
    expect(wanted('show', 'last', '--json', '')).toEqual({ type: 'argument', command: 'show', given: ['last'] });
    expect(wanted('cron', '')).toEqual({ type: 'argument', command: 'cron', given: [] });
  });
});

it('the commands are all but the one that asks', () => {
  const command = (name: string, commands: readonly object[] = []) => ({
    name: () => name,
    description: () => '',
    options: [{ long: '--all', short: '-a', description: 'x', required: false, hidden: false }],
    commands,
  });
  const program = command('runjobs', [command('complete'), command('cron', [command('print')])]);
  const facts = factsOf(program as never);
  expect(facts.map(({ name }) => name)).toEqual(['cron', 'cron print']);
  expect(facts[0]?.options.map(({ names }) => names)).toEqual([
    ['--all', '-a'],
    ['--help', '-h'],
  ]);
});

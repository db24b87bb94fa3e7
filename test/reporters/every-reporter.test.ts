import { describe, expect, it } from 'vitest';
import { type Chosen, NAMES } from '../../src/reporters/choose.ts';
import { openReporters } from '../../src/reporters/open.ts';
import {
  any,
  childFailed,
  exit,
  forEach,
  gather,
  handClock,
  keptSink,
  planOf,
  run,
  script,
  skippedAfter,
  stageTerminal,
  steps,
} from './stage.ts';

const PLAN = planOf(gather('root', [run('a'), run('b')]));
const HOSTILE = '\x1b[2J\x1b[1;1H\x1b]0;owned\x07[b] forged\r✔ tour succeeded\x9b31m\x00\ud800\u2028\n';

// biome-ignore lint/suspicious/noControlCharactersInRegex: GitLab asks for one.
const SECTION_MARK = /\x1b\[0K/g;

/** They write nothing before the run has ended. */
const AT_THE_END: readonly string[] = ['quiet', 'junit'];

async function stage(name: Chosen['name'], to: Chosen['to'] = 'stdout', plan = PLAN, columns = 80) {
  const terminal = stageTerminal(columns);
  const file = keptSink();
  const clock = handClock();
  const exits = new Set<() => void>();
  const world = {
    plan,
    stdout: terminal,
    stderr: stageTerminal(),
    clock,
    colour: false,
    openSink: () => file,
    onExit: (restore: () => void) => {
      exits.add(restore);
      return () => void exits.delete(restore);
    },
  };
  const [reporter] = await openReporters([{ name, to }], world);
  if (reporter === undefined) throw new Error('no reporter');
  return { reporter, terminal, file, clock, exits, tell: script(event => reporter.report(event), clock.now) };
}

describe.each(NAMES)('every reporter: %s', name => {
  it('says what it is called', async () => {
    const { reporter } = await stage(name);
    expect(reporter.name).toBe(name);
    await reporter.close();
  });

  it('leaves no timer and no hook behind, and may be closed twice', async () => {
    const { reporter, clock, exits, tell } = await stage(name);
    tell.begin();
    tell.start('.');
    tell.start('a');
    clock.advance(1000);
    tell.end('a', exit(1));
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    await reporter.close();
    expect(clock.armed).toBe(0);
    expect(exits.size).toBe(0);
  });

  it('may be closed before anything happened, and in the middle', async () => {
    const before = await stage(name);
    await before.reporter.close();
    expect(before.clock.armed).toBe(0);
    const middle = await stage(name);
    middle.tell.begin();
    middle.tell.start('a');
    await middle.reporter.close();
    expect(middle.clock.armed).toBe(0);
  });

  it('changes no event', async () => {
    const { reporter, tell } = await stage(name);
    const event = Object.freeze({ type: 'step.started', step: 'a', t: 0, attempt: 1 } as const);
    tell.begin();
    expect(() => reporter.report(event)).not.toThrow();
    await reporter.close();
  });

  it('lets no control code of a child through', async () => {
    const { reporter, terminal, clock, tell } = await stage(name);
    tell.begin();
    tell.start('.');
    tell.start('a');
    tell.print('a', HOSTILE.repeat(3));
    clock.advance(300);
    tell.event({ type: 'warning', t: 300, step: 'a', message: HOSTILE });
    clock.advance(300);
    tell.end('a', { state: 'failed', reason: { type: 'http', message: HOSTILE } });
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    expect(terminal.written).not.toContain('\x1b[2J');
    expect(terminal.written).not.toContain('\x1b[1;1H');
    expect(terminal.written).not.toContain('\x1b]');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them.
    expect(terminal.written).not.toMatch(/[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]/);
  });

  it('tells copies, races and what needs others, and leaves nothing behind', async () => {
    const copies = forEach('f', steps('', [run('x')]));
    const plan = planOf(gather('root', [copies, any('n', [run('p'), run('q')])]));
    const { reporter, terminal, clock, exits, tell } = await stage(name, 'stdout', plan);
    tell.begin();
    tell.start('.');
    tell.start('f', { items: 3 });
    tell.start('f[1]', { item: { N: HOSTILE, M: 'plain' } });
    tell.start('f[1]/x');
    tell.print('f[1]/x', HOSTILE);
    tell.start('n');
    tell.start('n/p');
    clock.advance(300);
    tell.end('n/p', { state: 'cancelled', reason: { type: 'lost', step: 'n/q' } });
    tell.end('f[1]/x', exit(1));
    tell.end('f[1]', childFailed('f[1]/x'));
    tell.copies('f', { first: 2, count: 2 }, skippedAfter('f[1]/x'));
    tell.end('f', childFailed('f[1]/x'));
    clock.advance(300);
    tell.finish(childFailed('f[1]/x'), 1);
    await reporter.close();
    expect(terminal.written).toContain('f[1]/x');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them.
    expect(terminal.written).not.toMatch(/[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]|\x1b\[2J|\x1b\]/);
    expect(clock.armed).toBe(0);
    expect(exits.size).toBe(0);
  });

  it.skipIf(name === 'live')('writes no escape byte at all, but those by which GitLab knows a section', async () => {
    const { reporter, file, tell } = await stage(name, { file: 'out' });
    tell.begin('\x1b[31mred');
    tell.start('a');
    tell.print('a', HOSTILE);
    tell.end('a', exit(1));
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    const text = name === 'gitlab' ? file.text.replaceAll(SECTION_MARK, '') : file.text;
    expect(text).not.toContain('\x1b');
    expect(file.text.endsWith('\n')).toBe(true);
  });

  // A report that is written at the end has nothing to wait for.
  it.skipIf(['live', ...AT_THE_END].includes(name))('asks the source to wait while its sink does', async () => {
    const { reporter, file, tell } = await stage(name, { file: 'out' });
    tell.begin();
    let release = () => {};
    file.write = () =>
      new Promise(resolve => {
        release = resolve;
      });
    void reporter.report({ type: 'step.started', step: 'a', t: 0, attempt: 1 });
    const busy = reporter.report({ type: 'step.output', step: 'a', t: 0, stream: 'out', text: 'x\n' });
    expect(busy).toBeInstanceOf(Promise);
    release();
    await busy;
  });

  // Steps that print one line without an end would fill the memory with what is told when they have ended.
  it.skipIf(['live', ...AT_THE_END].includes(name))('does so for what it only holds, too', async () => {
    const { reporter, file, tell } = await stage(name, { file: 'out' });
    tell.begin();
    const releases: (() => void)[] = [];
    file.write = () => new Promise(resolve => void releases.push(resolve));
    void reporter.report({ type: 'step.started', step: 'a', t: 0, attempt: 1 });
    void reporter.report({ type: 'step.output', step: 'a', t: 0, stream: 'out', text: 'x\n' });
    const busy = reporter.report({ type: 'step.output', step: 'b', t: 0, stream: 'out', text: 'no line end' });
    expect(busy).toBeInstanceOf(Promise);
    for (const release of releases) release();
    await busy;
  });
});

/** What moves a cursor, hides, reorders or ends a line for one reader or another, and what a CI takes for a command. */
const FORGERIES = [
  '\x1b[2J\x1b[1;1H✔ tour succeeded',
  '\x1b]0;title\x07\x1bPq#0\x1b\\\x1b_app\x1b\\shown',
  '\x9b31m\x9d0;title\x9c\x90q\x9c\x84\x85✔ tour succeeded',
  'over\r✔ tour succeeded',
  'abc\b\b\b✔ tour succeeded',
  '\v✔ tour succeeded\f✔ tour succeeded\x1c\x1d\x1e',
  '\u2028✔ tour succeeded\u2029{"type":"run.finished","t":1,"exitCode":0}',
  '\u202edeeccus ruot ✔\u202a\u202b\u202d\u2066\u2067\u2068\u2069',
  '\ud800 half \udc00',
  '::error::forged',
  '##[error]forged ###[group]forged #\x1b[0m#[error]forged ##vso[task.complete]',
  '[b] forged',
  'x'.repeat(100_000),
] as const;

/** Tells of a run in which every text that is not ours is this one. */
async function toldWith(name: Chosen['name'], foreign: string) {
  const { reporter, terminal, clock, tell } = await stage(
    name,
    'stdout',
    planOf(gather('root', [run('a', foreign), run('b', ['x', foreign]), forEach('f', run('', foreign))]), foreign),
    1000,
  );
  tell.begin(foreign, `/plans/${foreign}/r1`);
  tell.start('.');
  tell.start('a', { name: foreign });
  tell.start('b');
  tell.start('f', { items: 2 });
  tell.start('f[1]', { item: { N: foreign } });
  tell.print('f[1]', `${foreign}\n`);
  tell.print('a', `${foreign}\n`);
  tell.print('b', `${foreign}.`, 'err');
  clock.advance(300);
  tell.event({ type: 'warning', t: 300, step: 'a', message: foreign });
  clock.advance(300);
  tell.end('a', { state: 'failed', reason: { type: 'http', message: foreign } }, { log: 'logs/a.log' });
  tell.end('b', { state: 'failed', reason: { type: 'start', message: foreign } });
  tell.end('f[1]', { state: 'failed', reason: { type: 'save', message: foreign } });
  tell.copies('f', { first: 2, count: 1 }, { state: 'skipped', reason: { type: 'unwritable', message: foreign } });
  tell.finish(childFailed('a'), 1);
  await reporter.close();
  return { written: terminal.written, screen: await terminal.screen('all') };
}

/** Lines as the readers with the most ideas about their ends see them (Python, JavaScript). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: some of them are control codes.
const linesIn = (text: string) => text.split(/[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/);

/** With what our lines begin. */
const headOf = (line: string) =>
  /^(?:\S |\[[a-z]+(?:\[1\])?\] | {2}[$│] ?| {2}log: |$)/u.exec(line)?.[0].trim() ?? line;

const harmlessAs = (foreign: string) => (foreign.length > 1000 ? 'y'.repeat(foreign.length) : 'harmless');

describe.each(FORGERIES.map(text => [text.slice(0, 40), text]))('the text %j of others', (_, foreign) => {
  it.each(['plain', 'group'] as const)('adds no line to %s, and begins none', async name => {
    const { written } = await toldWith(name, foreign);
    const harmless = await toldWith(name, harmlessAs(foreign));
    expect(linesIn(written).map(headOf)).toEqual(linesIn(harmless.written).map(headOf));
  });

  it.each(['github', 'gitlab'] as const)('begins no line of %s as ours begin, and gives no command', async name => {
    const ours = (text: string) =>
      linesIn(text.replace(SECTION_MARK, '')).flatMap(line => /^\s*(?:::\w+|section_\w+|[❯✔✖⚠↓◼↻])/u.exec(line) ?? []);
    const { written } = await toldWith(name, foreign);
    const harmless = await toldWith(name, harmlessAs(foreign));
    expect(ours(written)).toEqual(ours(harmless.written));
  });

  it('adds no row to live, and begins none', async () => {
    const { screen } = await toldWith('live', foreign);
    const harmless = await toldWith('live', harmlessAs(foreign));
    expect(screen.length).toBe(harmless.screen.length);
    expect(screen.filter(row => /^\s*(::|✔)/.test(row))).toEqual([]);
  });

  it('adds no line to ndjson, and comes out as it was', async () => {
    const { written } = await toldWith('ndjson', foreign);
    const events = linesIn(written.trimEnd()).map(line => JSON.parse(line));
    expect(events.filter(({ type }) => type === 'run.finished')).toMatchObject([{ exitCode: 1 }]);
    expect(events.find(({ type, step }) => type === 'step.output' && step === 'b').text).toBe(`${foreign}.`);
  });

  it.each(NAMES)('neither reorders a line of %s nor is taken for a command of a CI', async name => {
    const { written } = await toldWith(name, foreign);
    expect(written).not.toMatch(/[\u2028-\u202e\u2066-\u2069]/);
    expect(written).not.toMatch(/##(vso)?\[/);
  });
});

describe('ndjson', () => {
  it('is the events, one a line, as they came', async () => {
    const { reporter, file, tell } = await stage('ndjson', { file: 'out' });
    tell.begin();
    tell.print('a', HOSTILE);
    tell.finish();
    await reporter.close();
    const events = file.lines.map(line => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual(['run.started', 'step.output', 'run.finished']);
    expect(events[1]).toEqual({ type: 'step.output', step: 'a', t: 0, stream: 'out', text: HOSTILE });
  });
});

import { describe, expect, it } from 'vitest';
import { keysIn } from '../../src/reporters/keys.ts';
import { stageControls, stageLive, WIDE } from './live-stage.ts';
import { childFailed, exit, forEach, ok, planOf, run, steps } from './stage.ts';

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const PAGE_UP = '\x1b[5~';
const PAGE_DOWN = '\x1b[6~';
const ENTER = '\r';
const ESCAPE = '\x1b';
const ERASE = '\x7f';

/** A live view with somebody at its keyboard. */
async function stage(options: Parameters<typeof stageLive>[0] = {}) {
  const person = stageControls();
  const live = await stageLive({ ...options, controls: person.controls });
  /** The screen after these keys. */
  const press = (...keys: string[]) => {
    person.type(...keys);
    return live.look();
  };
  return { person, press, ...live };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
const lines = (count: number) => `${numbers(1, count).join('\n')}\n`;
/** What is between the first line and the path of the log. */
const body = (screen: readonly string[]) => screen.slice(1, -2);

describe('keys', () => {
  it('are told apart whether they come one by one or at once, and however a terminal sends them', () => {
    expect(keysIn(`${UP}\x1bOB${PAGE_UP}${PAGE_DOWN}\x1b[H\x1b[4~`)).toEqual([
      ...['up', 'down', 'page-up', 'page-down', 'home', 'end'],
    ]);
    expect(keysIn('k\r\x7f\x1b')).toEqual([{ typed: 'k' }, 'enter', 'erase', 'escape']);
    expect(keysIn('\x1b\x1b[A')).toEqual(['escape', 'up']);
  });

  it('that are none of ours are nothing: Alt with a letter, function keys, a mouse, a paste’s brackets', () => {
    expect(keysIn('\x1bk\x1b[15~\x1b[<0;3;4M\x1b[200~\x1bOP\x00\x0c\t')).toEqual([]);
    expect(keysIn('é🙂')).toEqual([{ typed: 'é' }, { typed: '🙂' }]);
  });
});

describe('the keys of the live view', () => {
  it('are hinted at in the run’s line where there is room for that', async () => {
    expect((await (await stage()).look())[0]).toBe('* tour 0.2 s  0/4 done · ? keys');
    expect((await (await stage({ columns: 30 })).look())[0]).toBe('* tour 0.2 s  0/4 done');
    expect((await (await stageLive()).look())[0]).toBe('* tour 0.2 s  0/4 done');
  });

  it('?: shows what keys do, and q, Esc, Enter and ? lead back to the view, to what stands above it as well', async () => {
    for (const back of ['q', ESCAPE, ENTER, '?']) {
      const { press, look } = await stage({ before: '$ runjobs\r\n' });
      const before = await look();
      const help = await press('?');
      expect(help[0]).toBe('Keys');
      expect(help.join('\n')).toMatch(
        / l {7}the whole log.*\n {2}k {7}stop a step.*\n {2}r {7}have a step begin again/,
      );
      const now = await press(back);
      expect(now.slice(0, 1)).toEqual(['$ runjobs']);
      expect(now).toHaveLength(before.length);
    }
  });

  it('l: shows the log of the only step at once, from its end, and what is added to it', async () => {
    const { tell, press, look, person } = await stage({ rows: 8, plan: planOf(run('root', 'make')) });
    person.print('.', lines(20));
    const screen = await press('l');
    expect(screen).toEqual([
      '* tour 0.2 s',
      ...numbers(16, 20),
      'logs/..log',
      'q back · 51 B, its end · ↑↓ PgUp PgDn g G move · k stop',
    ]);
    person.print('.', 'and more');
    expect(body(await look())).toEqual([...numbers(17, 20), 'and more']);
    tell.end('.');
    expect((await look())[0]).toMatch(/^✔ tour 1\.0 s$/);
    expect(person.openLogs).toBe(1);
    await press('q');
    expect(person.openLogs).toBe(0);
  });

  it('l: says that there is nothing where nothing was printed, and shows the first bytes once they are there', async () => {
    const { press, look, person } = await stage({ rows: 8, plan: planOf(run('root', 'make')) });
    expect(body(await press('l'))).toEqual(['nothing printed by now', '', '', '', '']);
    person.print('.', 'first');
    expect(body(await look())).toEqual(['first', '', '', '', '']);
  });

  it('in a log: scroll by rows and pages to its start and its end, and stay there while it grows', async () => {
    const { press, look, person } = await stage({ rows: 8, plan: planOf(run('root', 'make')) });
    person.print('.', lines(20));
    await press('l');
    expect(body(await press(UP))).toEqual(numbers(15, 19));
    expect(body(await press(PAGE_UP))).toEqual(numbers(10, 14));
    person.print('.', lines(20));
    expect(body(await look())).toEqual(numbers(10, 14));
    expect(body(await press(PAGE_UP, PAGE_UP, PAGE_UP, UP))).toEqual(numbers(1, 5));
    expect(body(await press(DOWN, DOWN))).toEqual(numbers(3, 7));
    expect(body(await press(' '))).toEqual(numbers(8, 12));
    expect(body(await press('b'))).toEqual(numbers(3, 7));
    expect(body(await press('G'))).toEqual(numbers(16, 20));
    expect(body(await press('g'))).toEqual(numbers(1, 5));
    expect(body(await press(...Array.from({ length: 9 }, () => PAGE_DOWN)))).toEqual(numbers(16, 20));
    person.print('.', 'end\n');
    expect(body(await look())).toEqual([...numbers(17, 20), 'end']);
  });

  it('in a log: a line that is wider than the terminal takes as many rows as it needs, press a resize as well', async () => {
    const { press, look, person, terminal } = await stage({ columns: 21, rows: 9, plan: planOf(run('root', 'make')) });
    person.print('.', `${'界'.repeat(15)}\nnext\n`);
    expect(body(await press('l')).slice(0, 3)).toEqual(['界'.repeat(10), '界'.repeat(5), 'next']);
    await terminal.resize(12, 9);
    expect(body(await look()).slice(0, 4)).toEqual(['界'.repeat(5), '界'.repeat(5), '界'.repeat(5), 'next']);
  });

  it('in a log: what would move the cursor, clear the screen or turn the text around is not shown', async () => {
    const { press, person, terminal } = await stage({ rows: 10, plan: planOf(run('root', 'make')) });
    person.print('.', '\x1b[2J\x1b[31mred\x1b[0m\n10 %\r20 %\n\x1b]2;pwned\x07\u202etitle\ttab\n\x1b[?1049l\x07ok\n');
    expect(body(await press('l')).slice(0, 4)).toEqual(['red', '20 %', 'title    tab', 'ok']);
    expect(terminal.written).not.toContain('pwned');
    expect(terminal.written.split('\x1b[?1049l')).toHaveLength(1);
  });

  it('in a log: one of 100 MB is read only where it is looked at', async () => {
    const { press, person } = await stage({ rows: 8, plan: planOf(run('root', 'make')) });
    person.print('.', Buffer.alloc(100_000_000, `${'x'.repeat(99)}\n`));
    await press('l', PAGE_UP, PAGE_UP, 'g', 'G', UP);
    expect(person.bytesRead).toBeLessThan(2_000_000);
  });

  it('l: lists what runs, what has failed and what has ended, the latest first, of which arrows and Enter take one', async () => {
    const { tell, press, person } = await stage();
    tell.start('build');
    tell.start('build/lint');
    tell.end('build/lint', exit(3));
    tell.start('build/compile');
    tell.start('fetch');
    tell.end('fetch');
    person.print('fetch', 'fetched\n');
    expect(await press('l')).toEqual([
      'Whose log?',
      '❯ * build/compile 0.2 s',
      '  ✖ build/lint 1.0 s exit 3',
      '  ✔ fetch 1.0 s',
      ...Array.from({ length: 19 }, () => ''),
      'q back · ↑↓ Enter choose · / search',
    ]);
    expect((await press(DOWN, DOWN, DOWN, DOWN)).slice(1, 4)).toEqual([
      '  * build/compile 0.4 s',
      '  ✖ build/lint 1.0 s exit 3',
      '❯ ✔ fetch 1.0 s',
    ]);
    expect((await press(ENTER)).slice(0, 2)).toEqual(['✔ fetch 1.0 s', 'fetched']);
    expect((await press('q'))[0]).toContain('tour');
  });

  it('k: stops the step that is chosen, a group as well, once that is confirmed with y', async () => {
    const { tell, press, person } = await stage();
    tell.start('build');
    tell.start('build/lint');
    tell.start('build/compile');
    expect((await press('k')).slice(0, 4)).toEqual([
      'Stop which step?',
      '❯ ❯ build 0.2 s 0/2',
      '  * build/lint 0.2 s',
      '  * build/compile 0.2 s',
    ]);
    expect((await press(DOWN, ENTER)).at(-1)).toBe('Stop "build/lint"? y stops it, any other key does not');
    expect((await press('n')).at(-1)).toBe('q back · ↑↓ Enter choose · / search');
    expect(person.stopped).toEqual([]);
    expect((await press(ENTER, 'y'))[0]).toContain('tour');
    expect(person.stopped).toEqual(['build/lint']);
  });

  it('r: has the step that is chosen begin again, once that is confirmed with y', async () => {
    const { tell, press, person } = await stage();
    tell.start('build');
    tell.start('build/lint');
    expect((await press('r')).slice(0, 3)).toEqual([
      'Which step is to begin again?',
      '❯ ❯ build 0.2 s 0/2',
      '  * build/lint 0.2 s',
    ]);
    expect((await press(DOWN, 'r')).at(-1)).toBe('End "build/lint", to begin again? y does, any other key does not');
    expect((await press('n', 'k')).at(-1)).toBe('q back · ↑↓ Enter choose · / search');
    expect((await press(ENTER, 'y'))[0]).toContain('tour');
    expect([person.restarted, person.stopped]).toEqual([['build/lint'], []]);
    await press('r', '/', 'l', 'i', 'n', 't');
    expect((await press('x')).at(-1)).toBe('/lintx█ Enter has it begin again · Esc ends the search');
  });

  it('k and r: say which key answers however long the name and narrow the terminal', async () => {
    const step = run('the-one-with-the-long-name', 'make');
    const ask = async (key: string, columns: number) => {
      const { tell, press } = await stage({ plan: planOf(steps('root', [step])), columns });
      tell.start('the-one-with-the-long-name');
      return (await press(key, ENTER)).at(-1);
    };
    expect(await ask('k', 60)).toBe('Stop "…h-the-long-name"? y stops it, any other key does not');
    expect(await ask('k', 50)).toBe('Stop "the-one-with-the-long-name"? y stops it');
    expect(await ask('k', 30)).toBe('Stop "…th-the-long-name"? y/n');
    expect(await ask('r', 46)).toBe('End "…-the-long-name", to begin again? y does');
    expect(await ask('r', 24)).toBe('Restart "…ng-name"? y/n');
  });

  it('k: asks for the only step, too, and in its log', async () => {
    const { press, person } = await stage({ plan: planOf(run('root', 'make')) });
    expect((await press('k', ENTER)).at(-1)).toBe('Stop "tour"? y stops it, any other key does not');
    await press('q', 'q', 'l');
    expect((await press('k')).at(-1)).toBe('Stop "tour"? y stops it, any other key does not');
    await press('y');
    expect(person.stopped).toEqual(['.']);
    expect(person.openLogs).toBe(0);
  });

  it('k: a command line that is typed ahead, or pasted, stops nothing', async () => {
    const { tell, press, person } = await stage();
    tell.start('fetch');
    for (const line of ['make test\r', 'kubectl get pods\r', 'ls -la | sort -k1\r', 'make\rcd .. && yarn\r']) {
      await press(...line);
      await press(line);
    }
    await press('q', 'q', 'make\ryarn test\r');
    expect(person.stopped).toEqual([]);
  });

  it('k: a step that has ended meanwhile is told above the view', async () => {
    const { tell, press } = await stage({ plan: planOf(steps('root', [run('gone')])) });
    tell.start('gone');
    expect((await press('k', ENTER, 'y'))[0]).toBe('⚠ "gone" is not running any more');
  });

  it('of 2000 steps a few letters after / find one, and Esc ends the search', async () => {
    const { tell, press, person } = await stage({ plan: WIDE, rows: 10 });
    for (let n = 1; n <= 2000; n++) tell.start(`s${n}`);
    expect((await press('k'))[0]).toBe('Stop which step? 1 of 2000');
    expect((await press('\x1b[F')).slice(0, 10)).toEqual([
      'Stop which step? 2000 of 2000',
      ...numbers(1993, 1999).map(n => `  * s${n} 0.4 s`),
      '❯ * s2000 0.4 s',
      'q back · ↑↓ Enter choose · / search',
    ]);
    const found = await press('/', '1', '9', '9', '4', '5', ERASE);
    expect(found.filter(line => line !== '')).toEqual([
      'Stop which step?',
      '❯ * s1994 0.6 s',
      '/1994█ Enter stops it · Esc ends the search',
    ]);
    expect((await press('q'))[1]).toBe('no running step is called so');
    expect((await press(ESCAPE))[0]).toBe('Stop which step? 1 of 2000');
    await press('/', ...'S1994', ENTER, 'y');
    expect(person.stopped).toEqual(['s1994']);
  });

  it('l: what is not in the list may be among those that ended well long ago', async () => {
    const { tell, press } = await stage({ plan: WIDE, columns: 100 });
    tell.start('s1');
    tell.start('s2');
    expect((await press('l', '/', 'x'))[1]).toBe(
      'none of those that run, have failed, or ended last; "runjobs logs" has all',
    );
  });

  it('the mark stays at the top until it is moved, however fast steps end', async () => {
    const { tell, press, look } = await stage({ plan: WIDE, rows: 10 });
    for (let n = 1; n <= 3; n++) tell.start(`s${n}`);
    await press('l');
    for (let n = 4; n <= 20; n++) {
      tell.end(`s${n - 3}`);
      tell.start(`s${n}`);
    }
    expect((await look()).slice(1, 3)).toEqual([
      expect.stringContaining('❯ * s18'),
      expect.stringContaining('  * s19'),
    ]);
  });

  it('k: is not offered in the log of a step that has ended, and says so', async () => {
    const { tell, press, look, person } = await stage({ columns: 100, plan: planOf(run('root', 'make')) });
    person.print('.', 'made\n');
    expect((await press('l')).at(-1)).toMatch(/g G move · k stop$/);
    tell.end('.');
    expect((await look()).at(-1)).toMatch(/g G move$/);
    expect((await press('k')).at(-1)).toMatch(/g G move · it has ended$/);
    expect((await press(UP)).at(-1)).toMatch(/g G move$/);
    expect(person.stopped).toEqual([]);
  });

  it('Enter takes the step at which the mark was seen, though that has ended since', async () => {
    const { tell, press } = await stage({ plan: WIDE, rows: 10 });
    for (const step of ['s1', 's2']) tell.start(step);
    expect((await press('l'))[1]).toBe('❯ * s1 0.2 s');
    tell.end('s1');
    expect((await press(ENTER))[0]).toBe('✔ s1 1.0 s');
  });

  it('the mark stays at its step while others end before it', async () => {
    const { tell, press, look } = await stage({ plan: WIDE, rows: 10 });
    for (let n = 1; n <= 4; n++) tell.start(`s${n}`);
    await press('k', DOWN, DOWN);
    tell.end('s1');
    expect((await look()).slice(1, 4)).toEqual(['  * s2 0.4 s', '❯ * s3 0.4 s', '  * s4 0.4 s']);
    tell.end('s3');
    expect((await look()).slice(1, 3)).toEqual(['  * s2 0.6 s', '❯ * s4 0.6 s']);
  });

  it('copies of a forEach go by their numbers and values', async () => {
    const { tell, press, person } = await stage({ plan: planOf(forEach('root', run('each'))) });
    tell.start('[2]', { item: { N: 'two' } });
    expect((await press('k', '/', 't', 'w')).slice(1, 2)).toEqual(['❯ * [2] N=two 0.2 s']);
    await press(ENTER, 'y');
    expect(person.stopped).toEqual(['[2]']);
  });

  it('no page is wider or higher than the terminal', async () => {
    for (const [columns, rows] of [
      [20, 4],
      [5, 2],
      [1, 1],
    ] as const) {
      const { tell, press, terminal, person } = await stage({ columns, rows });
      tell.start('fetch');
      person.print('fetch', lines(50));
      const screens = [await press('?'), await press('q', 'l'), await press('q', 'k'), await press(ENTER)];
      for (const screen of screens) expect(screen.length).toBeLessThanOrEqual(rows);
      expect(await terminal.screen('all')).toHaveLength(Math.min(rows, (await terminal.screen('all')).length));
    }
  });

  it('every ending gives the keyboard back and leaves the page: success, a signal, a failure of the view, the exit', async () => {
    const endings = {
      success: async ({ tell, reporter }: Awaited<ReturnType<typeof stage>>) => {
        tell.end('.');
        tell.finish();
        await reporter.close();
      },
      exit: async ({ exits }: Awaited<ReturnType<typeof stage>>) => {
        for (const restore of exits) restore();
      },
      'Ctrl-Z': async ({ reporter }: Awaited<ReturnType<typeof stage>>) => reporter.suspend?.(),
      'an interactive step': async ({ reporter }: Awaited<ReturnType<typeof stage>>) => reporter.lend?.(),
      'a broken event': async ({ tell }: Awaited<ReturnType<typeof stage>>) => {
        expect(() => tell.event({ type: 'step.finished', step: 'x', t: 0, outcome: undefined } as never)).toThrow();
      },
      'a broken view': async ({ terminal, look }: Awaited<ReturnType<typeof stage>>) => {
        Object.defineProperty(terminal, 'columns', {
          get: () => {
            throw new Error('broken');
          },
        });
        await look();
      },
    };
    for (const [name, end] of Object.entries(endings)) {
      const live = await stage();
      live.person.type('?');
      await live.look();
      expect(live.person.isListening, name).toBe(true);
      await end(live);
      const { written } = live.terminal;
      expect(live.person.isListening, name).toBe(false);
      expect(written.split('\x1b[?1049h').length, name).toBe(written.split('\x1b[?1049l').length);
      expect(live.terminal.isCursorVisible, name).toBe(true);
    }
  });

  it('are back after Ctrl-Z and after an interactive step, and the page is not', async () => {
    const { reporter, person, press, look } = await stage();
    await press('?');
    reporter.suspend?.();
    reporter.proceed?.();
    expect(person.isListening).toBe(true);
    expect((await look()).at(-1)).toContain('? keys');
    await press('?');
    reporter.lend?.();
    reporter.takeBack?.();
    expect(person.isListening).toBe(true);
    expect((await look()).at(-1)).toContain('? keys');
  });

  it('a page gives way to how the run is stopped', async () => {
    const { tell, press, look } = await stage();
    await press('?');
    tell.event({ type: 'run.cancelling', t: 0, reason: { type: 'interrupted', signal: 'SIGINT' } });
    expect((await look())[0]).toContain('stopping: interrupted by Ctrl-C');
  });

  it('warnings that come while a page is open stand above the view once it is back', async () => {
    const { tell, press } = await stage();
    tell.start('fetch');
    await press('?');
    tell.event({ type: 'warning', t: 0, step: 'fetch', message: 'look out' });
    expect((await press('q'))[0]).toBe('⚠ fetch: look out');
  });

  it('a run that ends leaves the page for its summary and its failures', async () => {
    const { tell, press, reporter, terminal, person } = await stage();
    tell.start('fetch');
    await press('l');
    expect(person.openLogs).toBe(1);
    tell.end('fetch', exit(1));
    tell.end('.', childFailed('fetch'));
    tell.finish(childFailed('fetch'), 1);
    await reporter.close();
    expect(person.openLogs).toBe(0);
    expect((await terminal.screen()).join('\n')).toMatch(/✖ tour failed .*\n(.*\n)*✖ fetch exit 1/);
  });

  it('leave no timer, and draw no more than ten frames a second while a page is open', async () => {
    const { tell, press, clock, terminal, reporter } = await stage();
    await press('?');
    const before = terminal.writes;
    clock.advance(10_000);
    expect(terminal.writes - before).toBeLessThanOrEqual(100);
    expect(clock.armed).toBe(1);
    tell.finish(ok);
    await reporter.close();
    expect(clock.armed).toBe(0);
  });
});

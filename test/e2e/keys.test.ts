/** Keys in a real terminal: what they do, and that every ending leaves the terminal as it was. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, planFile, processesWith, temporaryFolder, until } from '../support/cli.ts';
import { noTerminal, openTerminal, type Screen } from '../support/terminal.ts';

const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';
const CTRL_BACKSLASH = '\u001c';
const HINT = '? keys';

let counter = 0;

/** A plan with a marker in the environment of its steps, and the command that runs it. */
function stage(plan: object) {
  const marker = `runjobs-keys-${process.pid}-${++counter}`;
  const state = temporaryFolder();
  const file = planFile({ env: { MARKER: marker }, ...plan });
  const command = `${process.execPath} ${BIN} ${file} --state-dir ${state}`;
  return {
    command,
    left: () => processesWith(`MARKER=${marker}`),
    /** Our own process. */
    pid: () => Number(processesWith(`${BIN}\0${file}`)[0]),
    journal: () =>
      readFileSync(join(state, 'runs', readdirSync(join(state, 'runs'))[0] ?? '', 'journal.ndjson'), 'utf8'),
  };
}

/** Runs the command below a shell that notes the modes of the terminal before and after it, and how it ended. */
function inShell(command: string) {
  const notes = temporaryFolder();
  const note = (name: string) => join(notes, name);
  const script = join(notes, 'script');
  // The traps let the shell outlive what the keys do to the command.
  const lines = `trap : INT QUIT HUP\nstty -g > ${note('before')}\n${command}\ncode=$?\nstty -g > ${note('after')}\necho "code $code"\n`;
  writeFileSync(script, lines);
  const screen = openTerminal(`sh ${script}`, 100, 30);
  return {
    screen,
    before: () => readFileSync(note('before'), 'utf8'),
    after: () => readFileSync(note('after'), 'utf8'),
  };
}

const bash = () => openTerminal('bash --norc --noprofile -i', 100, 40, { PS1: 'ready$ ' });

/** Asks the shell for the modes in which a command finds the terminal. */
async function modesIn(screen: Screen): Promise<string> {
  const file = join(temporaryFolder(), 'modes');
  screen.type(`stty -g > ${file}.part && mv ${file}.part ${file}\n`);
  await until(() => existsSync(file));
  return readFileSync(file, 'utf8');
}

/** Clears the screen, so that what is seen next is new. */
async function cleared(screen: Screen): Promise<void> {
  screen.type('clear\n');
  let isClear = false;
  await until(() => {
    void screen.lines().then(lines => {
      isClear ||= !lines.some(line => line.includes('printed'));
    });
    return isClear;
  });
}

function stateOf(pid: number): string {
  return /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
}

const LASTING = { run: 'trap "" QUIT; echo printed; sleep 1000', finally: ['echo tidied'] };
const STUBBORN = { stop: { grace: '1m' }, run: 'trap "" TERM; echo printed; while :; do sleep 1000; done' };

describe.skipIf(noTerminal !== undefined)('the keys of the live view, in a terminal', () => {
  it('l: shows the whole log while it grows, without secrets and without control codes, and q leads back', async () => {
    const go = join(temporaryFolder(), 'go');
    const { command } = stage({
      secrets: ['TOKEN'],
      run: `printf 'one $TOKEN \\033[2J\\033[31mred\\n'; echo "two $TOKEN"; until [ -e ${go} ]; do sleep 0.05; done; echo three; sleep 1000`,
    });
    const screen = openTerminal(`sh -c 'export TOKEN=hush-hush-hush; ${command}'`, 100, 20);
    await screen.shows(HINT);
    await screen.shows('› two ***');
    screen.type('l');
    await screen.shows('its end · ↑↓');
    const lines = await screen.lines();
    expect(lines.slice(1, 3)).toEqual(['one $TOKEN red', 'two ***']);
    expect(lines.join('\n')).toMatch(/logs\/plan\.log\n/);
    writeFileSync(go, '');
    await screen.shows('three');
    screen.type('q');
    await screen.shows('› three');
    screen.type(CTRL_C);
    expect(await screen.ended).toBe(130);
    expect(screen.raw()).not.toContain('hush');
  });

  it('k: stops one step, which has failed; the others go on, and the run exits with 1', async () => {
    const { command, journal, left } = stage({
      failFast: false,
      gather: [
        { id: 'one', run: 'sleep 1000' },
        { id: 'two', run: 'sleep 1000' },
      ],
    });
    const { screen, before, after } = inShell(command);
    await screen.shows(HINT);
    screen.type('k');
    await screen.shows('Stop which step?');
    screen.type('/two\r');
    await screen.shows('Stop "two"? y stops it');
    screen.type('y');
    await screen.shows('✖ two');
    expect((await screen.lines()).join('\n')).toMatch(/✖ two .*stopped by hand/);
    screen.type('k\r');
    await screen.shows('Stop "one"? y stops it');
    screen.type('y');
    await screen.shows('code 1');
    await screen.ended;
    expect(journal()).toMatch(/"step":"two".*"outcome":\{"state":"failed","reason":\{"type":"stopped-by-user"/);
    expect(after()).toBe(before());
    expect(left()).toEqual([]);
  });

  it('r: has a step begin again, which then runs on beside the others', async () => {
    const { command, left } = stage({
      gather: [
        { id: 'one', run: 'sleep 1000' },
        { id: 'two', run: 'echo attempt $RUNJOBS_ATTEMPT; sleep 1000' },
      ],
    });
    const { screen, before, after } = inShell(command);
    await screen.shows('› attempt 1');
    screen.type('r');
    await screen.shows('Which step is to begin again?');
    screen.type('/two\r');
    await screen.shows('End "two", to begin again?');
    screen.type('y');
    await screen.shows('› attempt 2');
    screen.type(CTRL_C);
    await screen.shows('code 130');
    await screen.ended;
    expect(after()).toBe(before());
    expect(left()).toEqual([]);
  });

  it('?: tells what there is, and a run that ends meanwhile leaves its summary', async () => {
    const go = join(temporaryFolder(), 'go');
    const { command } = stage({ run: `until [ -e ${go} ]; do sleep 0.05; done` });
    const { screen, before, after } = inShell(command);
    await screen.shows(HINT);
    screen.type('?');
    await screen.shows('back to the run');
    writeFileSync(go, '');
    await screen.shows('code 0');
    const lines = await screen.lines();
    expect(lines.join('\n')).toMatch(/✔ plan succeeded in/);
    expect(lines.join('\n')).not.toContain('back to the run');
    await screen.ended;
    expect(after()).toBe(before());
  });

  const endings: Record<string, { plan: object; end: (screen: Screen, pid: () => number) => unknown; code: number }> = {
    success: { plan: { run: 'echo printed; sleep 1' }, end() {}, code: 0 },
    failure: { plan: { run: 'echo printed; sleep 1; exit 3' }, end() {}, code: 1 },
    'Ctrl-C': { plan: LASTING, end: screen => screen.type(CTRL_C), code: 130 },
    'a second Ctrl-C': {
      plan: STUBBORN,
      async end(screen) {
        screen.type(CTRL_C);
        await screen.shows('Ctrl-C again kills');
        screen.type(CTRL_C);
      },
      code: 130,
    },
    'Ctrl-C twice at once': { plan: STUBBORN, end: screen => screen.type(CTRL_C + CTRL_C), code: 130 },
    'Ctrl-\\': { plan: LASTING, end: screen => screen.type(CTRL_BACKSLASH), code: 131 },
    SIGTERM: { plan: LASTING, end: (_, pid) => process.kill(pid(), 'SIGTERM'), code: 143 },
    SIGHUP: { plan: LASTING, end: (_, pid) => process.kill(pid(), 'SIGHUP'), code: 129 },
  };
  for (const [name, { plan, end, code }] of Object.entries(endings)) {
    for (const page of ['', 'l']) {
      it(`${name} leaves the terminal as it was${page === '' ? '' : ', also from a log'}`, async () => {
        const { command, left, pid } = stage(plan);
        const { screen, before, after } = inShell(command);
        await screen.shows(HINT);
        await screen.shows('› printed');
        screen.type(page);
        if (page !== '') await screen.shows('its end · ↑↓');
        await end(screen, pid);
        await screen.shows(`code ${code}`);
        await screen.ended;
        expect(after()).toBe(before());
        const raw = screen.raw();
        expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(raw.lastIndexOf('\u001b[?25l'));
        expect(raw.split('\u001b[?1049h')).toHaveLength(raw.split('\u001b[?1049l').length);
        expect(left()).toEqual([]);
      });
    }
  }

  it('a bug in runjobs leaves the terminal as it was, also from a log, and is told where it can be read', async () => {
    const file = planFile(
      `process.on('SIGUSR2', () => { throw new Error('boom'); });
       export default { run: 'echo printed; sleep 1000' };`,
      'plan.mjs',
    );
    const { screen, before, after } = inShell(`${process.execPath} ${BIN} ${file} --state-dir ${temporaryFolder()}`);
    await screen.shows('› printed');
    screen.type('l');
    await screen.shows('its end · ↑↓');
    process.kill(Number(processesWith(`${BIN}\0${file}`)[0]), 'SIGUSR2');
    await screen.shows('code 3');
    expect((await screen.lines()).join('\n')).toContain('runjobs: this is a bug in runjobs, please report it: boom');
    await screen.ended;
    expect(after()).toBe(before());
  });

  it('Ctrl-C is meant for all in the foreground: a script around the run stops, too', async () => {
    const { command } = stage(LASTING);
    const screen = openTerminal(`bash -c 'for round in 1 2; do ${command}; echo "round $round"; done'`);
    await screen.shows(HINT);
    screen.type(CTRL_C);
    expect(await screen.ended).toBe(130);
    expect(screen.raw()).not.toContain('round 1');
  });

  it('Ctrl-Z gives the terminal back as it was, also to the shell above a script; after fg the keys are back', async () => {
    for (const around of ['', 'sh -c ']) {
      const { command, pid } = stage(LASTING);
      const screen = bash();
      const before = await modesIn(screen);
      const quoted = around === '' ? command : `${around}'${command}; exit $?'`;
      screen.type(`${quoted}; echo "code $?"\n`);
      await screen.shows(HINT);
      screen.type('l');
      await screen.shows('its end · ↑↓');
      screen.type(CTRL_Z);
      await screen.shows('Stopped');
      await screen.shows('code 148');
      expect(stateOf(pid())).toBe('T');
      expect(await modesIn(screen)).toBe(before);
      await cleared(screen);
      screen.type('fg\n');
      await screen.shows(HINT);
      screen.type('?');
      await screen.shows('back to the run');
      screen.type(`q${CTRL_C}`);
      await screen.shows('◼ plan cancelled');
      expect(await modesIn(screen)).toBe(before);
      screen.type('exit\n');
      await screen.ended;
    }
  });

  it('stopped without a word (SIGSTOP) and continued, it has its keys again, and leaves the terminal as it was', async () => {
    const { command, pid } = stage(LASTING);
    const screen = bash();
    const before = await modesIn(screen);
    screen.type(`${command}; echo "code $?"\n`);
    await screen.shows(HINT);
    process.kill(pid(), 'SIGSTOP');
    await screen.shows('Stopped');
    expect(await modesIn(screen)).toBe(before);
    await cleared(screen);
    screen.type('fg\n');
    await screen.shows(HINT);
    screen.type('?');
    await screen.shows('back to the run');
    screen.type(`q${CTRL_C}`);
    await screen.shows('◼ plan cancelled');
    expect(await modesIn(screen)).toBe(before);
    screen.type('exit\n');
    await screen.ended;
  });

  it('in the background it is never stopped for reading or setting anything, draws over no shell, and is there with its keys once it is in front', async () => {
    const { command, pid, left, journal } = stage(LASTING);
    const screen = bash();
    const before = await modesIn(screen);
    screen.type(`${command} &\n`);
    await until(() => left().length > 1);
    await until(() => journal().includes('step.started'));
    // What is typed is the shell's.
    expect(await modesIn(screen)).toBe(before);
    expect(stateOf(pid())).not.toBe('T');
    expect(screen.raw()).not.toContain('› printed');
    screen.type('fg\n');
    await screen.shows(HINT);
    screen.type(CTRL_Z);
    await screen.shows('Stopped');
    await cleared(screen);
    screen.type('bg\n');
    await until(() => stateOf(pid()) !== 'T');
    // It had the time for some frames.
    for (const _ of [1, 2, 3]) await modesIn(screen);
    expect((await screen.lines()).join('\n')).not.toContain('› printed');
    expect(stateOf(pid())).not.toBe('T');
    process.kill(pid(), 'SIGTERM');
    await until(() => screen.raw().includes('told to end (SIGTERM)'));
    expect(await modesIn(screen)).toBe(before);
    screen.type('exit\n');
    await screen.ended;
  });

  it('a shell takes the terminal back from one that was killed (SIGKILL)', async () => {
    const { command, pid, left } = stage(LASTING);
    const screen = bash();
    const before = await modesIn(screen);
    screen.type(`${command}; echo "code $?"\n`);
    await screen.shows(HINT);
    process.kill(pid(), 'SIGKILL');
    await screen.shows('code 137');
    expect(await modesIn(screen)).toBe(before);
    screen.type('exit\n');
    await screen.ended;
    await until(() => left().length === 0);
  });

  it('an interactive step finds the terminal as it was, and what is typed is its own; then the keys are back', async () => {
    const modes = join(temporaryFolder(), 'modes');
    const { command } = stage({
      steps: [
        { id: 'before', run: 'echo printed; sleep 1' },
        { id: 'ask', interactive: true, run: `stty -g > ${modes}; printf 'name? '; read name; echo "kept $name"` },
        { id: 'after', run: 'echo again; sleep 1000' },
      ],
    });
    const { screen, before, after } = inShell(command);
    await screen.shows(HINT);
    screen.type('l');
    await screen.shows('its end · ↑↓');
    await screen.shows('name?');
    screen.type('like\n');
    await screen.shows('kept like');
    await screen.shows('› again');
    expect(readFileSync(modes, 'utf8')).toBe(before());
    await screen.shows(HINT);
    screen.type('?');
    await screen.shows('back to the run');
    screen.type(CTRL_C);
    await screen.shows('code 130');
    await screen.ended;
    expect(after()).toBe(before());
  });

  it('without a terminal to type at there are none, and the view is drawn all the same', async () => {
    const { command } = stage({ run: 'echo printed; sleep 1' });
    const { screen, before, after } = inShell(`${command} < /dev/null`);
    await screen.shows('› printed');
    expect((await screen.lines()).join('\n')).not.toContain(HINT);
    await screen.shows('code 0');
    await screen.ended;
    expect(after()).toBe(before());
  });
});

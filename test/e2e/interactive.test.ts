/** Interactive steps in a real terminal: they have it to themselves, and it is given back as it was. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BIN, planFile, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { noTerminal, openTerminal, type Screen } from '../support/terminal.ts';

let counter = 0;

/** A plan whose processes carry a marker, and the command line that runs it. */
function stage(plan: object, ...options: string[]) {
  const marker = `runjobs-interactive-${process.pid}-${++counter}`;
  const file = planFile({ env: { MARKER: marker }, ...plan });
  const state = temporaryFolder();
  const command = `${process.execPath} ${BIN} ${file} --state-dir ${state} ${options.join(' ')}`;
  return {
    file,
    state,
    command,
    left: () => processesWith(`MARKER=${marker}`),
    /** The process of runjobs itself. */
    pid: () => Number(processesWith(file).find(pid => commandOf(pid).startsWith(`${process.execPath}\0`))),
  };
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Of a process, as ps(1) shows it: `T` is stopped. */
function stateOf(pid: string): string {
  return /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
}

/** What runs the command in a shell that then tells its exit code, and whether the terminal echoes what is typed. */
const thenModes = (command: string) =>
  `sh -c '${command}; echo "code $?"; stty -a | tr " ;" "\\n\\n" | grep -x -e echo -e -echo | sed "s/^/mode /"'`;

const hasCursor = (raw: string) => raw.lastIndexOf('\u001b[?25h') > raw.lastIndexOf('\u001b[?25l');
/** The frame of the live view, of which only its first line has a spinner. */
const isDrawn = (lines: readonly string[]) => lines.some(line => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /.test(line));
/** Without the blanks at the ends of lines, which nobody sees. */
const linesOf = async (screen: Screen) => (await screen.lines()).map(line => line.trimEnd());
const textOf = async (screen: Screen) => (await linesOf(screen)).join('\n');

const PROMPT = 'stty -echo; printf "Password: "; read -r pw; stty echo; echo; echo "got $pw"';

describe.skipIf(noTerminal !== undefined)('an interactive step in a terminal', () => {
  it('of jobs/interactive.yaml asks for a password that nobody sees, and another one uses it', async () => {
    const screen = openTerminal(`${process.execPath} ${BIN} jobs/interactive.yaml --state-dir ${temporaryFolder()}`);
    await screen.shows('Password:');
    screen.type('open-sesame\n');
    expect(await screen.ended).toBe(0);
    expect(screen.raw()).not.toContain('open-sesame');
    expect(await textOf(screen)).toMatch(
      /Password:\n✔ interactive succeeded .*3 succeeded\n(.*\n)*.*a password of 11 characters, \*\*\*/,
    );
  });

  it('has the screen to itself, with the cursor; the view was there before and comes back below it', async () => {
    const { command, left } = stage({
      steps: [
        { id: 'before', run: 'sleep 0.5' },
        { id: 'ask', run: PROMPT, interactive: true },
        { id: 'after', run: 'echo ready; until [ -e "$GO" ]; do sleep 0.05; done' },
      ],
    });
    const go = join(temporaryFolder(), 'go');
    const screen = openTerminal(`env GO=${go} ${command}`);
    await screen.shows('before');
    await screen.shows('Password:');
    const lines = await linesOf(screen);
    expect(lines.filter(line => line !== '')).toEqual(['Password:']);
    expect(hasCursor(screen.raw())).toBe(true);
    screen.type('secret\n');
    await screen.shows('› ready');
    expect(isDrawn(await screen.lines())).toBe(true);
    expect((await linesOf(screen)).slice(0, 2)).toEqual(['Password:', 'got secret']);
    writeFileSync(go, '');
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toMatch(/^Password:\ngot secret\n✔ plan succeeded/);
    expect(hasCursor(screen.raw())).toBe(true);
    expect(left()).toEqual([]);
  });

  it('that has ended in the middle of a line is followed by a new one', async () => {
    const screen = openTerminal(stage({ run: 'printf "no line end"', interactive: true }).command);
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toMatch(/^no line end\n✔ plan succeeded/);
  });

  it('is in the foreground, in our group and session, and has the terminal as all three streams', async () => {
    const run =
      'cut -d " " -f 5,6,8 /proc/$$/stat; cut -d " " -f 5,6,8 /proc/$PPID/stat; for n in 0 1 2; do test -t $n && echo "tty $n"; done';
    const screen = openTerminal(stage({ run, interactive: true }).command);
    expect(await screen.ended).toBe(0);
    const [own, ours, ...streams] = await screen.lines();
    expect(own).toBe(ours);
    const [group, , foreground] = (own ?? '').split(' ');
    expect(foreground).toBe(group);
    expect(streams.slice(0, 3)).toEqual(['tty 0', 'tty 1', 'tty 2']);
  });

  it('has the terminal also where our own output goes elsewhere', async () => {
    const { command, left } = stage({ run: PROMPT, interactive: true }, '--reporter plain');
    const output = join(temporaryFolder(), 'output');
    const screen = openTerminal(`sh -c '${command} > ${output}'`);
    await screen.shows('Password:');
    screen.type('secret\n');
    expect(await screen.ended).toBe(0);
    expect((await linesOf(screen)).slice(0, 2)).toEqual(['Password:', 'got secret']);
    expect(readFileSync(output, 'utf8')).toMatch(/^❯ plan: stty .*\n✔ plan succeeded .*\n$/);
    expect(left()).toEqual([]);
  });

  it('keeps what others print until it has ended, and has no log of its own', async () => {
    const seen = join(temporaryFolder(), 'seen');
    const { command, left, state } = stage(
      {
        steps: [
          {
            id: 'server',
            background: true,
            run: `until [ -e ${seen} ]; do sleep 0.05; done; echo from beside; touch ${seen}.too; sleep 100`,
          },
          {
            id: 'ask',
            run: `printf "Name: "; touch ${seen}; until [ -e ${seen}.too ]; do sleep 0.05; done; read -r name; echo "hello $name"`,
            interactive: true,
          },
          'echo last',
        ],
      },
      '--reporter plain',
    );
    const screen = openTerminal(command);
    await screen.shows('Name:');
    await until(() => textsIn(state).includes('from beside'));
    screen.type('Ada\n');
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toMatch(/Name: Ada\nhello Ada\n\[server\] from beside\n✔ ask .*\n/);
    expect(textsIn(state)).not.toContain('hello Ada');
    const { stdout, stderr } = await runjobs(['logs', 'last', 'ask', '--state-dir', state]);
    expect([stdout, stderr]).toEqual(['', 'runjobs: "ask" is interactive: what it prints goes to the terminal only\n']);
    expect(left()).toEqual([]);
  });

  it('that heeds Ctrl-C itself goes on, and so does the run', async () => {
    const { command, left } = stage({
      steps: [
        {
          id: 'repl',
          run: ['bash', '-c', 'trap "echo not now" INT; echo ready; read -r line; echo "read $line"'],
          interactive: true,
        },
        'echo last',
      ],
      finally: ['echo "it has $RUNJOBS_OUTCOME"'],
    });
    const screen = openTerminal(command, 80, 30);
    await screen.shows('ready');
    screen.type('\u0003');
    await screen.shows('not now');
    screen.type('on\n');
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toMatch(/read on\n✔ plan succeeded(.*\n)*.*it has succeeded/);
    expect(left()).toEqual([]);
  });

  it.each([
    ['is killed by it', 'echo ready; read -r line; echo never'],
    ['exits with 130', 'trap "exit 130" INT; echo ready; read -r line; echo never'],
  ])('that Ctrl-C ends cancels the run: it %s', async (_, run) => {
    const { command, left } = stage({
      steps: [{ id: 'ask', run, interactive: true }, 'echo last'],
      finally: ['echo "it has $RUNJOBS_OUTCOME"'],
    });
    const screen = openTerminal(command);
    await screen.shows('ready');
    screen.type('\u0003');
    expect(await screen.ended).toBe(130);
    const text = await textOf(screen);
    expect(text).toMatch(/◼ plan cancelled .*Ctrl-C/);
    expect(text).toContain('it has cancelled');
    expect(text).not.toMatch(/never|› last/);
    expect(hasCursor(screen.raw())).toBe(true);
    expect(left()).toEqual([]);
  });

  it('that Ctrl-\\ ends kills the run', async () => {
    const { command, left } = stage({
      steps: [{ id: 'ask', run: 'ulimit -c 0; echo ready; read -r line', interactive: true }],
      finally: ['echo tidied'],
    });
    const screen = openTerminal(command);
    await screen.shows('ready');
    screen.type('\u001c');
    expect(await screen.ended).toBe(131);
    expect(await textOf(screen)).not.toContain('› tidied');
    expect(left()).toEqual([]);
  });

  it('that ends with 130 though nobody pressed Ctrl-C has failed', async () => {
    const screen = openTerminal(stage({ run: 'exit 130', interactive: true }).command);
    expect(await screen.ended).toBe(1);
    expect(await textOf(screen)).toMatch(/✖ plan exit 130.*\n {2}\$ exit 130\n/);
  });

  it('that SIGTERM stops in the middle of a prompt leaves a terminal that echoes, and no process', async () => {
    const { command, left, pid } = stage({ run: PROMPT, interactive: true, finally: ['echo tidied'] });
    const screen = openTerminal(thenModes(command));
    await screen.shows('Password:');
    process.kill(pid(), 'SIGTERM');
    await screen.shows('code 143');
    await screen.shows('mode echo');
    await screen.ended;
    expect(await textOf(screen)).toMatch(/◼ plan cancelled .*SIGTERM(.*\n)*.*tidied/);
    expect(hasCursor(screen.raw())).toBe(true);
    expect(left()).toEqual([]);
  });

  it('that a second signal kills leaves a terminal that echoes', async () => {
    const events = join(temporaryFolder(), 'events');
    const { command, left, pid } = stage(
      {
        run: 'trap "" TERM INT; stty -echo; echo ready; while :; do read -r line; done',
        interactive: true,
        stop: { grace: '10m' },
      },
      `--reporter ndjson:${events}`,
    );
    const screen = openTerminal(thenModes(command));
    await screen.shows('ready');
    process.kill(pid(), 'SIGTERM');
    await until(() => readFileSync(`${events}.${pid()}.part`, 'utf8').includes('"step.stopping"'));
    process.kill(pid(), 'SIGHUP');
    await screen.shows('code 143');
    await screen.shows('mode echo');
    await screen.ended;
    expect(left()).toEqual([]);
  });

  it('leaves nothing behind when runjobs itself is killed', async () => {
    const { command, left, pid } = stage({ run: 'echo ready; setsid sleep 100 & read -r line', interactive: true });
    const screen = openTerminal(command);
    await screen.shows('ready');
    process.kill(pid(), 'SIGKILL');
    await screen.ended;
    await until(() => left().length === 0);
  });

  it('is stopped with all of its tree when its timeout runs out, and never we with it', async () => {
    const { command, left } = stage({
      steps: [
        {
          id: 'ask',
          run: 'sleep 100 & sh -c "sleep 101; true"; wait',
          interactive: true,
          timeout: '500ms',
          allowFailure: true,
        },
        'echo last',
      ],
    });
    const screen = openTerminal(command);
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toMatch(/ask .*timed out/);
    expect(left()).toEqual([]);
  });

  it('is tried again by retry, and hands over variables in a file', async () => {
    const { command } = stage({
      steps: [
        {
          id: 'ask',
          run: 'printf "Name: "; read -r name; [ "$name" = Ada ]; echo "NAME=$name" > "$RUNJOBS_OUTPUT"',
          interactive: true,
          retry: { times: 2, delay: 0 },
          save: ['NAME'],
        },
        { id: 'use', run: 'echo "hello $NAME"' },
      ],
    });
    const screen = openTerminal(command);
    await screen.shows('Name:');
    screen.type('Bob\n');
    await until(() => (screen.raw().match(/Name: /g)?.length ?? 0) === 2);
    screen.type('Ada\n');
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toContain('hello Ada');
  });

  it('ends what it has left in our group, with a warning, and what has left that with its group', async () => {
    const { command, left } = stage(
      {
        steps: [
          { id: 'ask', run: 'sleep 100 & setsid sleep 101 & true', interactive: true },
          { id: 'look', run: 'pgrep -f "^sleep 10[01]$" -a | sed "s/^[0-9]* //"', shell: 'bash', okExitCodes: [0, 1] },
        ],
      },
      '--reporter plain',
    );
    const screen = openTerminal(command, 250, 30);
    expect(await screen.ended).toBe(0);
    const text = await textOf(screen);
    expect(text).toMatch(/⚠ ask: The command has ended but left process \d+ "sleep 100" running/);
    expect(text).toMatch(/⚠ ask: The command has ended but left process \d+ "sleep 101" running/);
    expect(left()).toEqual([]);
  });

  it('is stopped by its own script, which is told its process', async () => {
    const { command, left, pid } = stage({
      run: 'trap "echo asked; exit" USR1; echo ready; while :; do sleep 0.05; done',
      interactive: true,
      stop: { run: 'echo stopping; kill -USR1 "$RUNJOBS_PID"' },
    });
    const screen = openTerminal(command);
    await screen.shows('ready');
    process.kill(pid(), 'SIGTERM');
    expect(await screen.ended).toBe(143);
    expect(await textOf(screen)).toContain('asked');
    expect(left()).toEqual([]);
  });

  it('holds a runjobs inside, with a view of its own; Ctrl-C ends both', async () => {
    const inner = stage({ run: 'echo inside; sleep 100', finally: ['echo tidied inside'] });
    const { command, left } = stage({ run: inner.command, interactive: true });
    const screen = openTerminal(command, 80, 40);
    await screen.shows('› inside');
    screen.type('\u0003');
    expect(await screen.ended).toBe(130);
    const text = await textOf(screen);
    expect(text).toContain('tidied inside');
    expect(text.match(/◼ plan cancelled/g)).toHaveLength(2);
    expect([...left(), ...inner.left()]).toEqual([]);
  });

  it('is stopped by Ctrl-Z with the run, and goes on with fg, the view still away and the keys its own', async () => {
    const modes = 'stty -a | tr " ;" "\\n\\n" | grep -x -e icanon -e -icanon | sed "s/^/mode /"';
    const run = `echo ready; read -r line; echo "read $line"; ${modes}`;
    const { command, left } = stage({ steps: [{ id: 'ask', run, interactive: true }, 'echo last'] });
    const screen = openTerminal('bash --norc --noprofile -i', 100, 40);
    screen.type(`${command}; echo "code $?"\n`);
    await screen.shows('ready');
    screen.type('\u001a');
    await screen.shows('Stopped');
    await screen.shows('code 148');
    await until(() => left().every(pid => stateOf(pid) === 'T'));
    screen.type('fg; echo "then $?"\n');
    await until(() => left().every(pid => stateOf(pid) === 'S'));
    expect(isDrawn(await linesOf(screen))).toBe(false);
    screen.type('on\n');
    await screen.shows('read on');
    await screen.shows('mode icanon');
    await screen.shows('plan succeeded in');
    await screen.shows('then 0');
    screen.type('exit\n');
    await screen.ended;
    expect(left()).toEqual([]);
  });

  it('that heeds Ctrl-Z itself may tidy up before it stops', async () => {
    const go = join(temporaryFolder(), 'go');
    const tidies = 'trap "sleep 0.3; echo parting; kill -STOP $$; echo back" TSTP';
    const run = `${tidies}; echo ready; until [ -e "$GO" ]; do read -r -t 0.05 || true; done; echo over`;
    const { command, left } = stage({ run, shell: 'bash', interactive: true });
    const screen = openTerminal('bash --norc --noprofile -i', 150, 40, { GO: go });
    screen.type(`${command}; echo "code $?"\n`);
    await screen.shows('ready');
    screen.type('\u001a');
    await screen.shows('parting');
    await screen.shows('code 148');
    screen.type('fg; echo "then $?"\n');
    await screen.shows('back');
    writeFileSync(go, '');
    await screen.shows('over');
    await screen.shows('then 0');
    screen.type('exit\n');
    await screen.ended;
    expect(left()).toEqual([]);
  });

  it('may be a shell with jobs of its own, and gives the foreground back to the next one', async () => {
    const { command, left } = stage({
      steps: [
        { id: 'shell', run: ['bash', '--norc', '--noprofile', '-i'], interactive: true },
        { id: 'ask', run: 'printf "Name: "; read -r name; echo "hello $name"', interactive: true },
      ],
    });
    const screen = openTerminal(command, 100, 30, { PS1: 'inside> ' });
    await screen.shows('inside>');
    screen.type('sleep 100\n');
    await until(() => left().some(pid => commandOf(pid).startsWith('sleep\0')));
    screen.type('\u0003');
    screen.type('echo "code $?"\n');
    await screen.shows('code 130');
    screen.type('exit 0\n');
    await screen.shows('Name:');
    screen.type('Ada\n');
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toMatch(/hello Ada\n✔ plan succeeded/);
    expect(left()).toEqual([]);
  });

  it.skipIf(spawnSync('perl', ['-MPOSIX', '-e', '1']).status !== 0).each([
    ['killed shell', ['bash', '--norc', '--noprofile', '-i']],
    ['killed shell in a shell', 'bash --norc --noprofile -i'],
  ])('that is a %s leaves the terminal to the next one', async (_, shell) => {
    const { command, left } = stage({
      steps: [
        {
          id: 'shell',
          run: shell,
          interactive: true,
          timeout: '500ms',
          stop: { grace: '100ms' },
          allowFailure: true,
        },
        { id: 'ask', run: 'printf "Name: "; read -r name; echo "hello $name"', interactive: true },
      ],
    });
    const screen = openTerminal(command, 100, 30);
    await screen.shows('Name:');
    screen.type('Ada\n');
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toContain('hello Ada');
    expect(left()).toEqual([]);
  });

  it('cannot share the terminal with "ndjson", which can have a file', async () => {
    const plan = { id: 'ask', run: 'echo hello', interactive: true };
    const screen = openTerminal(stage({ steps: [plan] }, '--reporter ndjson').command, 200);
    expect(await screen.ended).toBe(2);
    expect(await textOf(screen)).toMatch(
      /^runjobs: "ndjson" and the interactive step "ask" cannot share the terminal; give it a file/,
    );
    const events = join(temporaryFolder(), 'events');
    const other = openTerminal(stage({ steps: [plan] }, `--reporter ndjson:${events}`).command);
    expect(await other.ended).toBe(0);
    expect(readFileSync(events, 'utf8')).toMatch(/"step.started","step":"ask"(.*\n)*.*"step.finished","step":"ask"/);
    expect(readFileSync(events, 'utf8')).not.toContain('hello');
  });
});

describe('an interactive step without a terminal', () => {
  const plan = {
    steps: [
      { id: 'first', run: 'echo first' },
      { id: 'ask', run: 'echo asked', interactive: true },
    ],
  };

  it('is refused before anything starts, with what to do', async () => {
    const { exitCode, stdout, stderr } = await runjobs([planFile(plan), '--state-dir', temporaryFolder()]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'runjobs: the step "ask" is interactive and needs a terminal as standard input, and as standard output or error; ' +
        'run it in one, or leave it out: --skip ask\n',
    );
  });

  it('is no hindrance where it is left out', async () => {
    for (const options of [
      ['--skip', 'ask'],
      ['--only', 'first'],
    ]) {
      const { exitCode, stdout } = await runjobs([planFile(plan), '--state-dir', temporaryFolder(), ...options]);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('[first] first');
      expect(stdout).not.toContain('asked');
    }
  });
});

describe('resume', () => {
  const waits = `echo ready; until [ -e "$GO" ]; do sleep 0.05; done`;
  const plan = (GO: string) => ({
    env: { GO },
    steps: [
      { id: 'ask', run: 'echo asked >> "$GO.asked"', interactive: true },
      { id: 'work', run: waits },
      { id: 'more', run: 'echo more', interactive: true },
    ],
  });

  it.skipIf(noTerminal !== undefined)(
    'asks nothing again, and refuses to go on where it cannot ask what is left',
    async () => {
      const go = join(temporaryFolder(), 'go');
      const { command, state, left, pid } = stage(plan(go));
      const screen = openTerminal(command);
      await screen.shows('› ready');
      process.kill(pid(), 'SIGKILL');
      await screen.ended;
      await until(() => left().length === 0);
      writeFileSync(go, '');
      const refused = await runjobs(['resume', 'last', '--state-dir', state]);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toMatch(/^runjobs: the step "more" is interactive and needs a terminal/);
      const again = openTerminal(`${process.execPath} ${BIN} resume last --state-dir ${state}`);
      expect(await again.ended).toBe(0);
      expect(await textOf(again)).toContain('more\n✔ plan succeeded');
      expect(readFileSync(`${go}.asked`, 'utf8')).toBe('asked\n');
    },
  );

  it.skipIf(noTerminal !== undefined)('goes on without a terminal where nothing is left to ask', async () => {
    const go = join(temporaryFolder(), 'go');
    const { steps, ...rest } = plan(go);
    const { command, state, left, pid } = stage({ ...rest, steps: steps.slice(0, 2) });
    const screen = openTerminal(command);
    await screen.shows('› ready');
    process.kill(pid(), 'SIGKILL');
    await screen.ended;
    await until(() => left().length === 0);
    writeFileSync(go, '');
    expect((await runjobs(['resume', 'last', '--state-dir', state])).exitCode).toBe(0);
    expect(readFileSync(`${go}.asked`, 'utf8')).toBe('asked\n');
  });
});

describe('the library', () => {
  /** A program that runs a plan, and tells how that ended. */
  function program(plan: object): string {
    const folder = temporaryFolder();
    const library = JSON.stringify(join(process.cwd(), 'dist/index.js'));
    const file = join(folder, 'use.mjs');
    writeFileSync(
      file,
      `import { run } from ${library};
       try {
         const { exitCode } = await run(${JSON.stringify(plan)}, { stateDir: ${JSON.stringify(folder)} });
         console.log('exit code', exitCode, process.listenerCount('SIGINT'));
       } catch (error) {
         console.log(error.name, error.message);
       }`,
    );
    return `${process.execPath} ${file}`;
  }
  const plan = {
    steps: [
      {
        id: 'ask',
        run: ['bash', '-c', 'trap "echo not now" INT; echo ready; read -r line; [ "$line" = on ]'],
        interactive: true,
      },
    ],
  };

  it('refuses a plan that needs a terminal where there is none, before anything starts', async () => {
    const { stdout } = await execa('sh', ['-c', program(plan)], { stdin: 'ignore' });
    expect(stdout).toMatch(/^PlanError the step "ask" is interactive and needs a terminal/);
  });

  it.skipIf(noTerminal !== undefined)('has the terminal for it otherwise, and Ctrl-C is the program’s', async () => {
    const screen = openTerminal(program(plan));
    await screen.shows('ready');
    screen.type('\u0003');
    await screen.shows('not now');
    screen.type('on\n');
    expect(await screen.ended).toBe(0);
    expect(await textOf(screen)).toContain('exit code 0 0');
  });

  it.skipIf(noTerminal !== undefined)(
    'is cancelled by a Ctrl-C that ends the program, and its process goes on',
    async () => {
      const screen = openTerminal(program({ steps: [{ run: 'echo ready; read -r line', interactive: true }] }));
      await screen.shows('ready');
      screen.type('\u0003');
      expect(await screen.ended).toBe(0);
      expect(await textOf(screen)).toContain('exit code 130 0');
    },
  );
});

function textsIn(state: string): string {
  return readdirSync(state, { recursive: true, encoding: 'utf8' })
    .map(name => join(state, name))
    .filter(path => /\.log$/.test(path) && statSync(path).isFile())
    .map(path => readFileSync(path, 'utf8'))
    .join('');
}

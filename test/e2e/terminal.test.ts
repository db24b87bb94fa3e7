import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, planFile, processesWith, runjobs, temporaryFolder, until } from '../support/cli.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';

const run = (plan: unknown, ...options: string[]) =>
  `${process.execPath} ${BIN} ${planFile(plan)} --state-dir ${temporaryFolder()} ${options.join(' ')}`;

/** Whether the cursor can be seen after everything that was written. */
const hasCursor = (raw: string) => raw.lastIndexOf('\u001b[?25h') >= raw.lastIndexOf('\u001b[?25l');

describe.skipIf(noTerminal !== undefined)(`in a terminal${noTerminal === undefined ? '' : ` (${noTerminal})`}`, () => {
  it('a run is drawn live, and leaves its summary, its failures and the cursor', async () => {
    const screen = openTerminal(
      run({
        gather: [
          { id: 'good', run: 'sleep 1' },
          { id: 'bad', run: 'sleep 1.2; echo broken; exit 4' },
        ],
      }),
    );
    await screen.shows('bad');
    expect(await screen.ended).toBe(1);
    const lines = await screen.lines();
    expect(lines.some(line => /✖ .*failed/.test(line))).toBe(true);
    expect(lines.join('\n')).toMatch(/✖ bad exit 4 .*\n.*\$ sleep 1\.2; echo broken; exit 4\n.*│ broken\n.*log: /);
    expect(hasCursor(screen.raw())).toBe(true);
  });

  it('Ctrl-C stops everything, runs finally, and gives the terminal back', async () => {
    const marker = `runjobs-terminal-${process.pid}`;
    const screen = openTerminal(
      run({ env: { MARKER: marker }, run: 'echo ready; sleep 100', finally: ['echo tidied'] }),
    );
    await screen.shows('ready');
    screen.type('\u0003');
    expect(await screen.ended).toBe(130);
    expect((await screen.lines()).join('\n')).toContain('tidied');
    expect(hasCursor(screen.raw())).toBe(true);
    expect(processesWith(`MARKER=${marker}`)).toEqual([]);
  });

  it('a run that lasts is told how long it will take, by an earlier run of its plan; its title is taken back', async () => {
    const state = temporaryFolder();
    const plan = planFile({ run: 'sleep "$SECONDS_TO_SLEEP"' });
    const args = `${plan} --state-dir ${state}`;
    const first = await runjobs(args.split(' '), { env: { SECONDS_TO_SLEEP: '0' } });
    expect(first.exitCode).toBe(0);
    const [run = ''] = readdirSync(join(state, 'runs'));
    const result = join(state, 'runs', run, 'result.json');
    writeFileSync(result, readFileSync(result, 'utf8').replace(/"durationMs":\d+/, '"durationMs":3600000'));
    const screen = openTerminal(`${process.execPath} ${BIN} ${args}`, 80, 24, { SECONDS_TO_SLEEP: '1000' });
    await screen.shows(' left');
    expect((await screen.lines())[0]).toMatch(/^. plan .*~59m \d\ds left/);
    screen.type('\u0003');
    expect(await screen.ended).toBe(130);
    expect(screen.raw().split('\u001b]2;0% plan\u0007')).toHaveLength(2);
    expect(screen.raw().split('\u001b[23;2t')).toHaveLength(2);
  });

  it('Ctrl-\\ kills everything at once, without finally, and gives the terminal back', async () => {
    const marker = `runjobs-quit-${process.pid}`;
    const screen = openTerminal(
      run({
        env: { MARKER: marker },
        stop: { grace: '1m' },
        gather: ['trap "" TERM QUIT; echo ready; sleep 100', 'setsid sleep 100'],
        finally: ['echo tidied'],
      }),
    );
    await screen.shows('ready');
    screen.type('\u001c');
    expect(await screen.ended).toBe(131);
    const lines = (await screen.lines()).join('\n');
    expect(lines).toMatch(/◼ plan cancelled .*\n/);
    expect(lines).toContain('killed by Ctrl-\\ (SIGQUIT)');
    expect(lines).not.toContain('› tidied');
    expect(hasCursor(screen.raw())).toBe(true);
    expect(processesWith(`MARKER=${marker}`)).toEqual([]);
  });

  it('a terminal that is closed ends everything in order, finally included', async () => {
    const marker = `runjobs-closed-${process.pid}`;
    const events = join(temporaryFolder(), 'events');
    const command = run(
      {
        env: { MARKER: marker },
        gather: ['echo ready; sleep 100', 'setsid sleep 100', 'while :; do echo more; sleep 0.01; done'],
        finally: ['sleep 0.3; echo tidied'],
      },
      '--reporter live',
      `--reporter ndjson:${events}`,
    );
    const code = join(temporaryFolder(), 'code');
    // As an interactive shell does: the system tells only the leader of the session, which tells its jobs.
    const shell = `trap "kill -HUP \\$job" HUP; ${command} & job=$!; wait $job; wait $job; echo $? > ${code}`;
    const screen = openTerminal(`sh -c '${shell}'`);
    await screen.shows('ready');
    const left = () => processesWith(`MARKER=${marker}`);
    expect(left().length).toBeGreaterThanOrEqual(3);
    screen.child.kill('SIGKILL');
    await screen.ended;
    const told = () => readFileSync(events, 'utf8');
    await until(() => existsSync(events));
    expect(told()).toContain('"run.finished"');
    expect(told()).toContain('"text":"tidied\\n"');
    expect(told()).toMatch(/"type":"run.finished".*"exitCode":129\}\n$/);
    expect(left()).toEqual([]);
    await until(() => existsSync(code) && readFileSync(code, 'utf8') === '129\n');
  });

  it.each([
    ['succeeds', 'true', 0],
    ['fails', 'exit 4', 1],
  ])('a run that outlives its terminal, and %s, ends with its own exit code', async (_, last, code) => {
    const folder = temporaryFolder();
    const ended = join(folder, 'ended');
    const go = join(folder, 'go');
    const command = run({ run: `echo ready; while [ ! -e ${go} ]; do sleep 0.05; done; ${last}` }, '--reporter plain');
    const detached = join(folder, 'detached.sh');
    writeFileSync(detached, `trap '' HUP; ${command}; echo $? > ${ended}.part; mv ${ended}.part ${ended}`);
    const screen = openTerminal(`sh -c 'setsid sh ${detached} & sleep 100'`);
    await screen.shows('] ready');
    screen.child.kill('SIGKILL');
    await screen.ended;
    writeFileSync(go, '');
    await until(() => existsSync(ended));
    expect(readFileSync(ended, 'utf8')).toBe(`${code}\n`);
  });

  it('a gather of 2000 steps never draws more than the rows there are, nor more than ten frames a second', {
    timeout: 120_000,
  }, async () => {
    // Two thousand processes would tell no more of the view, and take ten times as long.
    const steps = Array.from({ length: 2000 }, (_, index) => ({
      id: `s${index}`,
      ...(index === 700 ? { run: 'exit 1' } : { sleep: '100ms' }),
    }));
    const startedAt = performance.now();
    const screen = openTerminal(run({ gather: steps, limit: 50, failFast: false }));
    const frames: string[][] = [];
    const timer = setInterval(() => void screen.lines().then(lines => frames.push(lines)), 200);
    expect(await screen.ended).toBe(1);
    clearInterval(timer);
    const seconds = (performance.now() - startedAt) / 1000;
    const drawn = frames.filter(lines => lines.some(line => line.includes('running')));
    expect(drawn.length).toBeGreaterThan(0);
    // The view stays at the top of the screen: nothing has scrolled, so it was never higher than the screen.
    for (const lines of drawn) expect(lines.filter(line => /\/2000 done/.test(line))).toHaveLength(1);
    expect(drawn.at(-1)?.join('\n')).toContain('✖ s700');
    const updates = screen.raw().match(/\d+\/2000 done/g)?.length ?? 0;
    expect(updates).toBeLessThanOrEqual(seconds * 10 + 5);
  });

  it('what children print can neither move the cursor, clear the screen nor name the window', async () => {
    const screen = openTerminal(
      run({
        steps: [
          { id: 'rude', run: ['printf', '\\033[2J\\033[1;1Hrude\\033]0;mine\\007\\033[31m\\n'] },
          { id: 'after', sleep: '1s' },
        ],
      }),
    );
    await screen.shows('after');
    expect(await screen.ended).toBe(0);
    for (const code of ['\u001b[2J', '\u001b]0;', '\u001b[1;1H']) expect(screen.raw()).not.toContain(code);
  });

  it('a resize leaves no debris', async () => {
    const screen = openTerminal(
      run({
        gather: Array.from({ length: 8 }, (_, index) => ({ id: `step-${index}-${'x'.repeat(40)}`, sleep: '3s' })),
      }),
    );
    await screen.shows('step-7');
    await screen.resize(40, 24);
    await screen.shows('step-7');
    await screen.resize(100, 30);
    expect(await screen.ended).toBe(0);
    const lines = await screen.lines();
    expect(lines.filter(line => line.includes('succeeded in'))).toHaveLength(1);
    for (let index = 0; index < 8; index += 1) {
      expect(lines.filter(line => line.includes(`step-${index}-`)).length, lines.join('\n')).toBeLessThanOrEqual(1);
    }
  });

  it('NO_COLOR takes the colours away, and TERM=dumb the view', async () => {
    const plain = openTerminal(run({ run: 'echo hi' }), 80, 24, { TERM: 'dumb' });
    expect(await plain.ended).toBe(0);
    expect(plain.raw()).toContain('[plan] hi');
    expect(plain.raw()).not.toContain('\u001b');
    const colourless = openTerminal(run({ run: 'exit 1' }), 80, 24, { NO_COLOR: '1' });
    expect(await colourless.ended).toBe(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    expect(colourless.raw()).not.toMatch(/\u001b\[[0-9;]*m/);
  });
});

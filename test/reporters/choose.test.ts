import { describe, expect, it } from 'vitest';
import { chooseReporters } from '../../src/reporters/choose.ts';
import { openReporters } from '../../src/reporters/open.ts';
import { handClock, keptSink, planOf, run, stageTerminal } from './stage.ts';

const screen = { env: { TERM: 'xterm' }, stdoutIsTTY: true, stderrIsTTY: true };
const pipe = { env: {}, stdoutIsTTY: false, stderrIsTTY: false };
const live = { name: 'live', to: 'stdout' };
const plain = { name: 'plain', to: 'stdout' };
const github = { name: 'github', to: 'stdout' };
const KNOWN = 'known are live, plain, group, github, gitlab, quiet, ndjson, junit';

describe('the choice of reporters', () => {
  it.each([
    ['a terminal', [], screen, [live]],
    ['a pipe', [], pipe, [plain]],
    ['a dumb terminal', [], { ...screen, env: { TERM: 'dumb' } }, [plain]],
    ['a terminal in CI', [], { ...screen, env: { CI: 'true' } }, [plain]],
    ['CI=false', [], { ...screen, env: { CI: 'false' } }, [live]],
    ['GitHub Actions', [], { ...pipe, env: { CI: 'true', GITHUB_ACTIONS: 'true' } }, [github]],
    ['GitLab CI', [], { ...pipe, env: { CI: 'true', GITLAB_CI: 'true' } }, [{ name: 'gitlab', to: 'stdout' }]],
    ['GITHUB_ACTIONS=false', [], { ...pipe, env: { GITHUB_ACTIONS: 'false' } }, [plain]],
    ['live by name where GitHub has no terminal', ['live'], { ...pipe, env: { GITHUB_ACTIONS: 'true' } }, [github]],
    ['a terminal with the variables of GitHub', [], { ...screen, env: { GITHUB_ACTIONS: 'true' } }, [live]],
    ['plain by name on GitHub', ['plain'], { ...pipe, env: { GITHUB_ACTIONS: 'true' } }, [plain]],
    ['quiet on a terminal', ['quiet'], screen, [{ name: 'quiet', to: 'stdout' }]],
    ['live by name in CI', ['live'], { ...screen, env: { CI: '1' } }, [live]],
    ['live by name on a pipe', ['live'], pipe, [plain]],
    ['plain by name on a terminal', ['plain'], screen, [plain]],
    [
      'ndjson',
      ['ndjson'],
      pipe,
      [
        { name: 'plain', to: 'stderr' },
        { name: 'ndjson', to: 'stdout' },
      ],
    ],
    [
      'ndjson with a terminal on stderr',
      ['ndjson'],
      { ...pipe, stderrIsTTY: true },
      [
        { name: 'live', to: 'stderr' },
        { name: 'ndjson', to: 'stdout' },
      ],
    ],
    [
      'ndjson and plain',
      ['plain', 'ndjson'],
      screen,
      [
        { name: 'plain', to: 'stderr' },
        { name: 'ndjson', to: 'stdout' },
      ],
    ],
    [
      'junit',
      ['junit', 'ndjson:events'],
      screen,
      [
        { name: 'live', to: 'stderr' },
        { name: 'junit', to: 'stdout' },
        { name: 'ndjson', to: { file: 'events' } },
      ],
    ],
    ['a file', ['ndjson:a:b.ndjson'], screen, [live, { name: 'ndjson', to: { file: 'a:b.ndjson' } }]],
    [
      'files',
      ['ndjson:a', 'plain:b', 'plain'],
      screen,
      [plain, { name: 'ndjson', to: { file: 'a' } }, { name: 'plain', to: { file: 'b' } }],
    ],
  ])('for %s', (_, specs, surroundings, reporters) => {
    expect(chooseReporters(specs, surroundings)).toEqual({ type: 'chosen', reporters });
  });

  it.each([
    [['ndjson:a', 'plain:./a'], 'two reporters cannot share the file "./a"; name another'],
    [['liv'], `"liv" is no reporter, did you mean "live"? ${KNOWN}`],
    [['\x1b[31m'], `"" is no reporter; ${KNOWN}`],
    [['html:x'], `"html" is no reporter; ${KNOWN}`],
    [['ndjson:'], '"ndjson:" names no file; write "ndjson:path/of/file" or "ndjson"'],
    [['live:x'], '"live" draws on a terminal and cannot write to a file; "plain:file" can'],
    [['ndjson', 'ndjson'], '"ndjson" can have standard output only once; give the other one a file'],
    [
      ['ndjson', 'junit'],
      '"ndjson" and "junit" cannot share standard output; give one of them a file, as in "junit:file"',
    ],
    [['live', 'plain'], '"live" and "plain" cannot share a screen; give one of them a file, as in "plain:file"'],
    [['quiet', 'plain'], '"quiet" and "plain" cannot share a screen; give one of them a file, as in "plain:file"'],
    [['plain', 'plain'], '"plain" and "plain" cannot share a screen; give one of them a file, as in "plain:file"'],
  ])('is refused for %j', (specs, message) => {
    expect(chooseReporters(specs, screen)).toEqual({ type: 'wrong', message });
  });
});

describe('opening reporters', () => {
  it('rejects when a file cannot be opened', async () => {
    const world = {
      plan: planOf(run('a')),
      stdout: stageTerminal(),
      stderr: stageTerminal(),
      clock: handClock(),
      colour: false,
      openSink: () => {
        throw new Error('EACCES');
      },
      onExit: () => () => {},
    };
    await expect(openReporters([{ name: 'ndjson', to: { file: '/x' } }], world)).rejects.toThrow('EACCES');
  });

  it('writes to the stream that was chosen', async () => {
    const stderr = stageTerminal();
    const world = {
      plan: planOf(run('a')),
      stdout: stageTerminal(),
      stderr,
      clock: handClock(),
      colour: false,
      openSink: keptSink,
      onExit: () => () => {},
    };
    const [reporter] = await openReporters([{ name: 'live', to: 'stderr' }], world);
    void reporter?.report({ type: 'run.started', v: 1, run: 'r', name: 'tour', at: '' });
    await reporter?.close();
    expect(stderr.written).toContain('tour');
    expect(world.stdout.written).toBe('');
  });
});

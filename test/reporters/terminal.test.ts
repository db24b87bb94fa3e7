import { describe, expect, it } from 'vitest';
import { stageLive, WIDE } from './live-stage.ts';

describe('a terminal that changes its size', () => {
  const busy = async (columns: number, rows: number, before = '') => {
    const all = await stageLive({ plan: WIDE, columns, rows, before });
    for (let n = 1; n <= 8; n++) {
      all.tell.start(`s${n}`);
      all.tell.print(`s${n}`, `output of step ${n} that is rather long, longer than a narrow terminal has columns\n`);
    }
    return all;
  };
  const sizes: readonly (readonly [number, number])[] = [
    [80, 24],
    [40, 24],
    [100, 24],
    [100, 8],
    [100, 30],
    [30, 12],
    [120, 40],
  ];

  it.each(sizes.slice(1))('shows one whole frame at %i × %i and nothing else', async (columns, rows) => {
    const { look, terminal } = await busy(80, 24);
    await look();
    await terminal.resize(columns, rows);
    const lines = await look();
    expect(lines.filter(line => line.includes('wide'))).toHaveLength(1);
    expect(lines[0]).toMatch(/^\* wide/);
    expect(lines.length).toBeLessThanOrEqual(rows - 1);
    expect(new Set(lines.slice(1).map(line => line.slice(0, 8))).size).toBe(lines.length - 1);
  });

  it.each([
    [40, 24],
    [100, 24],
    [80, 20],
  ])('keeps what stood above the frame at %i × %i', async (columns, rows) => {
    const { look, terminal } = await busy(80, 24, '$ ls\r\nREADME.md\r\n$ runjobs plan.json\r\n');
    await look();
    await terminal.resize(columns, rows);
    const lines = await look();
    expect(lines.slice(0, 4)).toEqual(['$ ls', 'README.md', '$ runjobs plan.json', expect.stringMatching(/^\* wide/)]);
    expect(lines.filter(line => line.includes('wide'))).toHaveLength(1);
  });

  it('of one row shows the run’s line there, and pushes nothing out at its top', async () => {
    const { look, terminal, reporter, tell } = await busy(80, 1);
    for (let n = 0; n < 5; n++) await look();
    expect(await terminal.screen('all')).toEqual([expect.stringMatching(/^\S wide .* running$/)]);
    await terminal.resize(80, 4);
    expect((await look()).map(line => line.slice(0, 6))).toEqual(['* wide', '  * s1', '  … 7 ']);
    await terminal.resize(80, 1);
    await look();
    const before = (await terminal.screen('all')).length;
    for (let n = 0; n < 5; n++) await look();
    expect(await terminal.screen('all')).toHaveLength(before);
    tell.finish();
    await reporter.close();
    expect((await terminal.screen('all')).join('\n')).toContain('✔ wide succeeded');
  });

  it('shows one whole frame after many changes, and one summary at the end', async () => {
    const { look, terminal, tell, reporter } = await busy(80, 24);
    for (const [columns, rows] of [...sizes, ...sizes]) {
      await terminal.resize(columns, rows);
      const lines = await look();
      expect(lines.filter(line => line.includes('wide'))).toHaveLength(1);
    }
    for (let n = 1; n <= 8; n++) tell.end(`s${n}`);
    tell.finish();
    await reporter.close();
    const lines = await terminal.screen();
    expect(lines.filter(line => line.includes('wide'))).toHaveLength(1);
    expect(lines[0]).toBe('✔ wide succeeded in 2.8 s: 8 succeeded');
  });
});

describe('a view that cannot be drawn', () => {
  it('gives the cursor back and fails at the next event, not in the middle of the run', async () => {
    const { terminal, clock, tell, reporter, exits } = await stageLive();
    const { write } = terminal;
    terminal.write = () => {
      terminal.write = write;
      throw new Error('no terminal');
    };
    tell.start('fetch');
    clock.advance(500);
    expect(clock.armed).toBe(0);
    expect(terminal.isCursorVisible).toBe(true);
    expect(() => tell.end('fetch')).toThrow('no terminal');
    await reporter.close();
    expect(exits.size).toBe(0);
  });
});

describe('hostile output', () => {
  it('moves nothing on the screen', async () => {
    const { tell, look } = await stageLive();
    tell.start('fetch');
    tell.start('deploy');
    tell.print('deploy', 'calm\n');
    for (const attack of [
      '\x1b[2J\x1b[1;1H',
      '\x1b[10A',
      '\r\r\r',
      '\x1b]0;owned\x07',
      '\x1bc',
      '\x9b2J',
      '\b\b\b\b\v\f',
    ]) {
      tell.print('fetch', `${attack}boo${attack}`);
      expect((await look()).slice(1).map(line => line.replace(/[\d.]+ s/, '_'))).toEqual([
        expect.stringMatching(/^ {2}\* fetch _( › boo)?/),
        '  * deploy _ › calm',
      ]);
    }
  });
});

describe('a process that exits with the view open', () => {
  it('gets its cursor back', async () => {
    const { terminal, exits, tell, clock } = await stageLive();
    tell.start('fetch');
    clock.advance(100);
    expect(terminal.isCursorVisible).toBe(false);
    for (const restore of exits) restore();
    expect(terminal.isCursorVisible).toBe(true);
    expect(terminal.written.endsWith('\x1b[?25h')).toBe(true);
  });

  it('keeps listr2’s hands off signals and streams', async () => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map(name => process.listenerCount(name));
    const { write } = process.stdout;
    const { tell, reporter, clock } = await stageLive();
    tell.start('fetch');
    clock.advance(300);
    expect(process.stdout.write).toBe(write);
    expect(['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map(name => process.listenerCount(name))).toEqual(signals);
    await reporter.close();
  });
});

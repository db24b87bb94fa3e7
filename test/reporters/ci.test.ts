import { describe, expect, it } from 'vitest';
import { createGithub } from '../../src/reporters/github.ts';
import { createGitlab } from '../../src/reporters/gitlab.ts';
import type { PlaceOf } from '../../src/reporters/reporter.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import {
  childFailed,
  exit,
  forEach,
  gather,
  handClock,
  keptSink,
  ok,
  planOf,
  run,
  script,
  skippedAfter,
  steps,
} from './stage.ts';

const retry = { times: 1, delayMs: 0, factor: 2, maxDelayMs: 1, jitter: 'none' } as const;
const PLAN = planOf(gather('root', [run('a'), run('b', 'make b', { retry }), run('title'), forEach('f', run(''))]));
const place: PlaceOf = step => (step === 'nowhere' ? undefined : { file: '/repo/ci/plan.yaml', line: 7, column: 5 });

type Options = Partial<Parameters<typeof createGithub>[0]>;

function stageGithub(options: Options = {}) {
  const sink = keptSink();
  const clock = handClock();
  let summary = '';
  const reporter = createGithub({
    ...{ sink, clock, steps: indexSteps(PLAN), cwd: '/repo', placeOf: place, workspace: '/repo' },
    addToSummary(text) {
      summary += text;
    },
    ...options,
  });
  const tell = script(event => reporter.report(event), clock.now);
  tell.begin();
  tell.start('.');
  return { sink, clock, reporter, tell, summary: () => summary };
}

/** Two steps at once, so that each is named again with what it prints. */
function toldBoth({ tell, clock }: Pick<ReturnType<typeof stageGithub>, 'tell' | 'clock'>) {
  tell.start('a');
  tell.start('b');
  tell.print('a', 'fine\n');
  tell.print('b', 'src/x.ts(3,1): error TS1\n ::error::forged\n✔ tour succeeded\n');
  clock.advance(1000);
  tell.end('a');
  tell.end('b', exit(137), { durationMs: 1000 });
}

describe('a report for GitHub', () => {
  it('folds what passed and leaves open what failed', () => {
    const stage = stageGithub();
    toldBoth(stage);
    expect(stage.sink.lines.slice(2)).toEqual([
      ...['::group::✔ a 1.0 s', 'fine', '::endgroup::'],
      ...['❯ b', 'src/x.ts(3,1): error TS1', '│  ::error::forged', '│ ✔ tour succeeded'],
      '✖ b exit 137 (SIGKILL, often out of memory) (1.0 s)',
    ]);
  });

  it('ends with one annotation for each failure, at the step’s place in the plan', () => {
    const { sink, tell } = stageGithub();
    tell.print('a', '100 %\nline: 2, ::x\n');
    tell.start('a');
    tell.print('a', '100 %\nline: 2, ::x\n');
    tell.end('a', exit(1), { attempts: 2 });
    tell.end('b', { ...exit(2), allowed: true });
    tell.start('f[1]', { item: { N: 'x, y: z' } });
    tell.end('f[1]', exit(3));
    tell.end('nowhere', exit(4));
    tell.finish(childFailed('a'), 1);
    expect(sink.lines.filter(line => line.startsWith('::'))).toEqual([
      '::error file=ci/plan.yaml,line=7,col=5,title=a::exit 1%0A100 %25%0Aline: 2, ::x',
      '::warning file=ci/plan.yaml,line=7,col=5,title=b::exit 2, allowed',
      '::error file=ci/plan.yaml,line=7,col=5,title=f[1] (N="x%2C y%3A z")::exit 3',
      '::error title=nowhere::exit 4',
    ]);
  });

  it('does not annotate a plan outside of the repository', () => {
    const { sink, tell } = stageGithub({ workspace: '/elsewhere' });
    tell.end('a', exit(1));
    tell.finish(childFailed('a'), 1);
    expect(sink.lines.at(-1)).toBe('::error title=a::exit 1');
  });

  it('adds a table and a chart to the summary of the job, once', async () => {
    const stage = stageGithub();
    const { tell, clock, reporter, summary } = stage;
    toldBoth(stage);
    tell.start('title');
    clock.advance(500);
    tell.end('title', ok, { durationMs: 500 });
    tell.copies('f', { first: 1, count: 3 }, skippedAfter('b'));
    tell.finish(childFailed('b'), 1);
    await reporter.close();
    await reporter.close();
    expect(summary().split('\n')).toEqual([
      '### ✖ tour failed after 1.5 s&#58; 1 failed, 3 skipped, 2 succeeded',
      '',
      '| step | | took |',
      '|---|---|---:|',
      '| b | ✖ exit 137 &#40;SIGKILL, often out of memory&#41; | 1.0 s |',
      '| f&#91;1…3&#93; | ↓ skipped&#58; "b" failed before it |  |',
      '| a | ✔ succeeded | 1.0 s |',
      '| title | ✔ succeeded | 0.5 s |',
      '',
      '```mermaid',
      'gantt',
      '  dateFormat x',
      '  axisFormat %H:%M:%S',
      '  section tour',
      '  ✔ a :done, 1795335229120, 1795335230120',
      '  ✖ b :crit, 1795335229120, 1795335230120',
      '  ✔ title :done, 1795335230120, 1795335230620',
      '```',
      '',
      '',
    ]);
  });

  it('says of a step without a name what it does, in the table and in the chart', async () => {
    const plan = planOf(steps('root', [run('1', 'npm ci'), run('2', 'npm test')]));
    const { tell, reporter, summary } = stageGithub({ steps: indexSteps(plan) });
    for (const step of ['1', '2']) {
      tell.start(step);
      tell.end(step);
    }
    tell.finish();
    await reporter.close();
    expect(summary()).toContain('| 2&#58; npm test | ✔ succeeded |');
    expect(summary()).toContain('  ✔ 2  npm test :done, ');
  });

  it('has what a resumed run took over in the table, and not in the chart', async () => {
    const { tell, reporter, summary } = stageGithub();
    const taken = { type: 'step.finished', t: 0, outcome: ok, durationMs: 5000, attempts: 1, resumed: true } as const;
    for (const step of ['a', 'b']) tell.event({ ...taken, step });
    tell.finish();
    await reporter.close();
    expect(summary()).toContain('| a | ✔ succeeded | 5.0 s |');
    expect(summary()).not.toContain('mermaid');
  });

  it('annotates what makes the run fail, however many others were allowed to', async () => {
    const { tell, sink, reporter } = stageGithub();
    for (let n = 1; n <= 60; n++) tell.end(`f[${n}]`, { ...exit(1), allowed: true });
    tell.end('a', exit(2));
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    const annotations = sink.lines.filter(line => /^::(?:error|warning) /.test(line));
    expect(annotations).toHaveLength(50);
    expect(annotations).toContain('::error file=ci/plan.yaml,line=7,col=5,title=a::exit 2');
  });

  it('keeps the summary small, what failed first, whatever the size of the run', async () => {
    const { tell, reporter, summary } = stageGithub();
    for (let n = 1; n <= 30_000; n++) {
      tell.start(`s${n}`);
      tell.end(`s${n}`, n % 1000 === 0 ? exit(1) : ok);
    }
    tell.finish(childFailed('s1000'), 1);
    await reporter.close();
    expect(summary().length).toBeLessThan(100_000);
    expect(summary().match(/✖ exit 1/g)).toHaveLength(30);
    expect(summary()).toContain('\n… and 29800 more\n');
  });

  it('makes text of whatever a summary says of others', async () => {
    const { tell, reporter, summary } = stageGithub();
    const message = '| a | <img src=x> **b** [l](u) @me $x$ `c` \u001b[31m\n\n# h';
    tell.start('a');
    tell.end('a', { state: 'failed', reason: { type: 'http', message } });
    tell.finish(childFailed('a'), 1);
    await reporter.close();
    const [row] = summary().split('\n').slice(4);
    expect(row).toBe(
      '| a | ✖ &#124; a &#124; &#60;img src=x&#62; &#42;&#42;b&#42;&#42; &#91;l&#93;&#40;u&#41; &#64;me &#36;x&#36; &#96;c&#96;  | 1.0 s |',
    );
  });

  it('says so where the summary cannot be written', async () => {
    const { sink, tell, reporter } = stageGithub({
      addToSummary() {
        throw new Error('EACCES: no');
      },
    });
    tell.finish();
    await reporter.close();
    expect(sink.lines.at(-1)).toBe('⚠ the summary of the job cannot be written: EACCES: no');
  });
});

describe('a report for GitLab', () => {
  it('has a section for what each step prints, with its times, collapsed where it passed', () => {
    const sink = keptSink();
    const clock = handClock();
    const reporter = createGitlab({ sink, clock, steps: indexSteps(PLAN), cwd: '/repo' });
    const tell = script(event => reporter.report(event), clock.now);
    tell.begin();
    toldBoth({ tell, clock });
    const [at, until] = [1795335229, 1795335230];
    expect(sink.lines.slice(2)).toEqual([
      `\u001b[0Ksection_start:${at}:r1_1[collapsed=true]\r\u001b[0K✔ a 1.0 s`,
      'fine',
      `\u001b[0Ksection_end:${until}:r1_1\r\u001b[0K`,
      `\u001b[0Ksection_start:${at}:r1_2\r\u001b[0K❯ b`,
      ...['src/x.ts(3,1): error TS1', '│  ::error::forged', '│ ✔ tour succeeded'],
      `\u001b[0Ksection_end:${until}:r1_2\r\u001b[0K`,
      '✖ b exit 137 (SIGKILL, often out of memory) (1.0 s)',
    ]);
  });

  it('names no section as another run in the same job does: GitLab would fold both at once', () => {
    const namesOf = (run: string) => {
      const sink = keptSink();
      const clock = handClock();
      const reporter = createGitlab({ sink, clock, steps: indexSteps(PLAN), cwd: '/repo' });
      const tell = script(
        event => reporter.report(event.type === 'run.started' ? { ...event, run } : event),
        clock.now,
      );
      tell.begin();
      toldBoth({ tell, clock });
      return sink.lines.flatMap(line => /section_start:\d+:([\w.-]+)/.exec(line)?.[1] ?? []);
    };
    const names = [...namesOf('20261129-011842-a6032688'), ...namesOf('20261129-011843-f2b7eeaa')];
    expect(new Set(names).size).toBe(4);
  });
});

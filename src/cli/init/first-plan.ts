/** The text of a first plan, with a word on each of its parts. */
import type { Project } from './findings.ts';

export interface FirstPlanOptions {
  readonly name: string;
  /** The file it goes to. */
  readonly file: string;
  /** What starts runjobs here. */
  readonly program: string;
  /** Where an editor finds the schema; absent: nowhere near. */
  readonly schema?: string;
}

/** The plan for these projects, in YAML; without any, one that says hello. */
export function firstPlan(projects: readonly Project[], { name, file, program, schema }: FirstPlanOptions): string {
  const useful = projects.filter(isUseful);
  const made = useful.length === 0 ? 'nothing' : useful.map(({ found }) => found).join(', ');
  const head = [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    `# A first plan, made of what "runjobs init" has found here: ${made}. It is yours now.`,
    ...besideEachOther([
      [`${program} check ${file}`, 'shows what it would do'],
      [`${program} ${file}`, 'does it'],
      [`${program} resume`, 'goes on after a failure, with what was not done yet'],
    ]),
    `name: ${JSON.stringify(name)}`,
  ];
  const body = useful.length === 0 ? HELLO : stepsOf(useful);
  const downs = useful.flatMap(({ services }) => services?.down ?? []);
  return `${[...head, '', ...body, '', ...lastly(downs)].join('\n')}\n`;
}

/** What is said of each command, in one column. */
function besideEachOther(commands: readonly (readonly [command: string, does: string])[]): string[] {
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands.map(([command, does]) => `#   ${command.padEnd(width)}   ${does}`);
}

function isUseful({ install, checks, build, services }: Project): boolean {
  return [install, build, services].some(one => one !== undefined) || checks.length > 0;
}

const HELLO = [
  '# One after the other; after a failure the rest is skipped.',
  'steps:',
  '  - echo "hello"',
  '',
  '  # All at once; the first failure cancels the others.',
  '  - gather:',
  '      - { id: one, run: echo "one of two" }',
  '      - { id: two, run: echo "two of two" }',
  '',
  '  # What may fail for a while is tried again, and what may hang has a limit.',
  '  - id: careful',
  '    run: echo "done"',
  '    retry: 2',
  '    timeout: 1m',
];

function stepsOf(projects: readonly Project[]): string[] {
  const idOf = (project: Project, id: string) => (projects.length === 1 ? id : `${project.id}-${id}`);
  const lines = ['# One after the other; after a failure the rest is skipped.', 'steps:'];
  for (const { services } of projects)
    if (services !== undefined)
      lines.push('  # What the rest needs; it is ended below.', ...step('services', services.up));
  for (const project of projects)
    if (project.install !== undefined) lines.push(...step(idOf(project, 'install'), project.install));
  const checks = projects.flatMap(project =>
    project.checks.map(({ id, run }) => ({ id: idOf(project, id), run, isTest: /test/.test(id) })),
  );
  if (checks.length > 0) {
    lines.push(
      '',
      '  # All at once; the first failure cancels the others. With "failFast: false" all run to their end.',
    );
    lines.push('  - id: checks', '    gather:');
    for (const { id, run, isTest } of checks) {
      lines.push(`      - id: ${id}`, `        run: ${run}`);
      if (isTest)
        lines.push('        # Gives up on one that hangs. "retry: 1" would try it once more.', '        timeout: 15m');
    }
  }
  const builds = projects.flatMap(project =>
    project.build === undefined ? [] : [step(idOf(project, 'build'), project.build)],
  );
  if (builds.length > 0) lines.push('', ...builds.flat());
  return lines;
}

function step(id: string, run: string): string[] {
  return [`  - id: ${id}`, `    run: ${run}`];
}

function lastly(downs: readonly string[]): string[] {
  return [
    '# However it ended: well, badly, or by Ctrl-C.',
    'finally:',
    ...downs.map(down => `  - ${down}`),
    '  - echo "it has $RUNJOBS_OUTCOME"',
  ];
}

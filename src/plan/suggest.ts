/** "Did you mean": the known word that a mistyped one is nearest to. */

/** What other tools call the things of a plan, and the commands; where one word may mean several, the first that may stand there. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  after: ['needs'],
  always: ['finally'],
  args: ['run'],
  attempts: ['retry', 'times'],
  backoff: ['factor', 'retry'],
  cmd: ['run'],
  cmds: ['steps'],
  command: ['run'],
  commands: ['steps'],
  concurrency: ['limit'],
  condition: ['if'],
  continueon: ['allowFailure'],
  continueonerror: ['allowFailure'],
  count: ['times'],
  delayms: ['delay'],
  dependencies: ['needs'],
  depends: ['needs'],
  dependson: ['needs'],
  deps: ['needs'],
  desc: ['description'],
  dir: ['cwd'],
  dotenv: ['envFile'],
  environment: ['env'],
  exec: ['run'],
  handleron: ['finally'],
  ignoreerror: ['allowFailure'],
  ignoreerrors: ['allowFailure'],
  interval: ['every', 'delay'],
  intervalsec: ['delay'],
  jobs: ['steps'],
  limit: ['times'],
  list: ['runs'],
  loop: ['forEach'],
  ls: ['runs'],
  matrix: ['forEach'],
  maxactivesteps: ['slots'],
  maxattempts: ['retry', 'times'],
  maxconcurrency: ['limit'],
  maxparallel: ['limit'],
  maxretries: ['retry', 'times'],
  onexit: ['finally'],
  onlyif: ['if'],
  output: ['save'],
  outputs: ['save'],
  parallel: ['gather'],
  params: ['inputs'],
  precondition: ['if'],
  preconditions: ['if'],
  processes: ['gather'],
  register: ['save'],
  repeat: ['every'],
  repeatpolicy: ['every'],
  request: ['http'],
  restart: ['retry'],
  retries: ['retry', 'times'],
  retrypolicy: ['retry'],
  script: ['run'],
  sequence: ['steps'],
  serial: ['steps'],
  strategy: ['forEach'],
  tasks: ['steps'],
  timeoutminutes: ['timeout'],
  timeoutsec: ['timeout'],
  timeoutseconds: ['timeout'],
  title: ['name'],
  url: ['http'],
  variables: ['env'],
  vars: ['env'],
  wait: ['sleep'],
  when: ['if'],
  withitems: ['forEach'],
  workdir: ['cwd'],
  workingdir: ['cwd'],
  workingdirectory: ['cwd'],
};

/** The candidate that `word` was most likely meant to be, or undefined when none is near, several are alike, or it is one itself. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 60 || candidates.includes(word)) return undefined;
  const wanted = plain(word);
  const synonyms = Object.hasOwn(SYNONYMS, wanted) ? SYNONYMS[wanted] : undefined;
  const synonym = synonyms?.find(one => candidates.includes(one));
  if (synonym !== undefined) return synonym;
  let nearest: string[] = [];
  let least = Math.max(1, Math.floor(wanted.length / 3));
  for (const candidate of candidates) {
    const known = plain(candidate);
    const isEnd = wanted.length > 2 && known.endsWith(wanted);
    if (!isEnd && Math.abs(known.length - wanted.length) > least) continue;
    const distance = isEnd ? 1 : editDistance(wanted, known);
    if (distance > least || distance >= known.length) continue;
    if (distance < least) nearest = [];
    least = distance;
    nearest.push(candidate);
  }
  return (
    nearest.find(candidate => plain(candidate)[0] === wanted[0]) ?? (nearest.length === 1 ? nearest[0] : undefined)
  );
}

/** `, did you mean "timeout"?`, or the empty text when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const nearest = suggest(word, candidates);
  return nearest === undefined ? '' : `, did you mean ${JSON.stringify(nearest)}?`;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? 0;
}

/** `runjobs init`: a first plan for the current folder, by what is in it. */
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { whyUnwritable } from '../../plan/unwritable.ts';
import { DEFAULT_PLANS } from '../default-plan.ts';
import { EXIT } from '../exit.ts';
import { findingsIn } from '../init/findings.ts';
import { firstPlan } from '../init/first-plan.ts';
import { openStreams } from '../streams.ts';

const [FILE] = DEFAULT_PLANS;
const SCHEMA = 'node_modules/runjobs/dist/plan.schema.json';

/**
 * Writes the plan and says what comes next. Nothing is written over, and none beside another plan of the folder. Resolves to the exit code: 2 where
 * there is one, 74 where it cannot be written.
 */
export async function initCommand(): Promise<number> {
  const streams = openStreams();
  const code = writePlan(
    words => void streams.stdout.write(words),
    words => void streams.stderr.write(`runjobs: ${words}\n`),
  );
  await streams.flush();
  return code === EXIT.ok && streams.hasFailed ? EXIT.notWritable : code;
}

function writePlan(say: (words: string) => void, complain: (words: string) => void): number {
  const folder = process.cwd();
  const program = existsSync(join(folder, 'node_modules/.bin/runjobs')) ? 'npx runjobs' : 'runjobs';
  const stays = (name: string) => {
    complain(`${name} is there already, and stays as it is; "${program} check ${name}" shows what it does`);
    return EXIT.usage;
  };
  const there = DEFAULT_PLANS.find(name => existsSync(join(folder, name)));
  if (there !== undefined) return stays(there);
  const { projects, unread } = findingsIn(folder);
  const text = firstPlan(projects, {
    name: basename(folder) || 'plan',
    file: FILE,
    program,
    ...(existsSync(join(folder, SCHEMA)) ? { schema: `./${SCHEMA}` } : {}),
  });
  try {
    writeWhole(join(folder, FILE), text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return stays(FILE);
    complain(`${FILE} cannot be written: ${whyUnwritable(error)}; see to that, or call "runjobs init" elsewhere`);
    return EXIT.notWritable;
  }
  for (const why of unread) complain(`${why}, so the plan does nothing with it; mend it, and add what it is for`);
  const found = projects.map(project => project.found).join(', ');
  say(`wrote ${FILE}${found === '' ? '' : `, by ${found}`}\nnext: ${program} check ${FILE}\n`);
  return EXIT.ok;
}

/** Makes the file, or leaves nothing of it behind. @throws the file system's error. */
function writeWhole(path: string, text: string): void {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, text);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

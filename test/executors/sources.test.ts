/** Files of variables, as a run reads them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSources } from '../../src/executors/sources.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runjobs-sources-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file of variables', () => {
  it('is read anew each time, from the folder of the plan', async () => {
    const { readEnvFile } = openSources(folder);
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'a/.env'), '# not this\nexport A=1 # nor this\nB="x\ny"\n');
    expect(await readEnvFile('a/.env')).toEqual({ type: 'read', values: { A: '1', B: 'x\ny' } });
    writeFileSync(join(folder, 'a/.env'), "A='$B ${C}'\nEMPTY=");
    expect(await readEnvFile(join(folder, 'a/.env'))).toEqual({ type: 'read', values: { A: '$B ${C}', EMPTY: '' } });
  });

  it('that is not there is missing', async () => {
    expect(await openSources(folder).readEnvFile('none.env')).toEqual({ type: 'missing' });
    writeFileSync(join(folder, 'file'), '');
    expect(await openSources(folder).readEnvFile('file/none.env')).toEqual({ type: 'missing' });
  });

  it('that cannot be read fails with its name', async () => {
    writeFileSync(join(folder, 'latin.env'), Buffer.from('A=\xe9', 'latin1'));
    const { readEnvFile } = openSources(folder);
    expect(await readEnvFile('latin.env')).toEqual({
      type: 'failed',
      message: '"latin.env": not UTF-8; save it as UTF-8',
    });
    writeFileSync(join(folder, 'open.env'), 'A=1\nB="2\n');
    expect(await readEnvFile('open.env')).toEqual({
      type: 'failed',
      message: '"open.env" line 2: a quote is opened here, and not closed before the end of the file',
    });
    expect(await readEnvFile('.')).toEqual({ type: 'failed', message: '".": this is a folder; name a file in it' });
  });
});

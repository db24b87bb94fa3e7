// Loads a script together with what V8 had compiled of it in an earlier process, which saves a third of a short run.
const { accessSync, constants, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

/**
 * What a script exports that is one function of CommonJS in Latin-1, as bin/build.mjs writes them. What is kept lies beside
 * it, for each Node its own, as with Python; a process leaves it when it ends, if it may write there, where nothing is there
 * that fits, or it has needed parts of the script that none before it has: packages, and what the script says in `parts`.
 */
function loadCompiled(file) {
  const kept = `${file}.${process.versions.v8}-${process.arch}.compiled`;
  const found = readKept(kept, file);
  const script = new vm.Script(readFileSync(file, 'latin1'), { filename: file, cachedData: found?.compiled });
  const known = found === undefined || script.cachedDataRejected ? undefined : found;
  const loaded = { exports: {} };
  const packages = [];
  const load = name => {
    if (!name.startsWith('./')) return require(name);
    packages.push(name);
    return loadCompiled(join(dirname(file), name));
  };
  process.on('exit', () => {
    const parts = [...packages, ...(loaded.exports.parts ?? [])];
    if (known === undefined || !parts.every(part => known.parts.includes(part))) keep(kept, script, parts, known);
  });
  script.runInThisContext()(loaded.exports, load, loaded, file, name => import(name));
  return loaded.exports;
}

/**
 * What V8 had compiled, and of which parts. V8 itself looks only at the length of the script, and at nothing of what it had
 * compiled: a script that was changed since must not meet it, and what is damaged would end the process without a word. So
 * the parts stand in a line behind it, and a checksum behind them.
 */
function readKept(kept, file) {
  try {
    if (statSync(kept).mtimeMs < statSync(file).mtimeMs) return undefined;
    const bytes = readFileSync(kept);
    const end = bytes.length - CHECKSUM_BYTES;
    if (!checksumOf(bytes.subarray(0, end)).equals(bytes.subarray(end))) return undefined;
    const line = bytes.lastIndexOf('\n', end - 1);
    return { compiled: bytes.subarray(0, line), parts: bytes.latin1Slice(line + 1, end).split(' ') };
  } catch {
    return undefined;
  }
}

const CHECKSUM_BYTES = 4;

function checksumOf(bytes) {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum;
}

/** V8 forgets what has not run for long: of an old process no part counts as known. */
const YOUNG_S = 10;

function keep(kept, script, parts, known) {
  // Two containers may share the folder, and the id of their process.
  const fresh = `${kept}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    accessSync(dirname(kept), constants.W_OK);
    const compiled = script.createCachedData();
    if (known !== undefined && compiled.length < known.compiled.length) return;
    const all = new Set([...(known?.parts ?? []), ...(process.uptime() < YOUNG_S ? parts : [])]);
    const bytes = Buffer.concat([compiled, Buffer.from(`\n${[...all].join(' ')}`)]);
    writeFileSync(fresh, Buffer.concat([bytes, checksumOf(bytes)]), { flag: 'wx' });
    renameSync(fresh, kept);
  } catch {
    // Where there is no room, the next process compiles again.
    rmSync(fresh, { force: true });
  }
}

module.exports = { loadCompiled };

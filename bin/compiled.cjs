// Loads a script together with what V8 had compiled of it in an earlier process, which saves a third of a short run.
const { accessSync, constants, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

/**
 * What a script exports that is one function of CommonJS in Latin-1, as bin/build.mjs writes them. What is kept lies beside
 * it, for each Node its own, as with Python; where nothing is there that fits, this process leaves it when it ends, if it
 * may write there.
 */
function loadCompiled(file) {
  const kept = `${file}.${process.versions.v8}-${process.arch}.compiled`;
  const cachedData = readKept(kept, file);
  const script = new vm.Script(readFileSync(file, 'latin1'), { filename: file, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) process.on('exit', () => keep(kept, script));
  const loaded = { exports: {} };
  const ofNode = createRequire(file);
  const load = name => (name.startsWith('./') ? loadCompiled(join(dirname(file), name)) : ofNode(name));
  script.runInThisContext()(loaded.exports, load, loaded, file, name => import(name));
  return loaded.exports;
}

/**
 * V8 itself looks only at the length of the script, and at nothing of what it had compiled: a script that was changed since
 * must not meet it, and what is damaged would end the process without a word. So a checksum stands before it.
 */
function readKept(kept, file) {
  try {
    if (statSync(kept).mtimeMs < statSync(file).mtimeMs) return undefined;
    const bytes = readFileSync(kept);
    const compiled = bytes.subarray(CHECKSUM_BYTES);
    return checksumOf(compiled).equals(bytes.subarray(0, CHECKSUM_BYTES)) ? compiled : undefined;
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

function keep(kept, script) {
  // Two containers may share the folder, and the id of their process.
  const fresh = `${kept}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    accessSync(dirname(kept), constants.W_OK);
    const compiled = script.createCachedData();
    writeFileSync(fresh, Buffer.concat([checksumOf(compiled), compiled]), { flag: 'wx' });
    renameSync(fresh, kept);
  } catch {
    // Where there is no room, the next process compiles again.
    rmSync(fresh, { force: true });
  }
}

module.exports = { loadCompiled };

// Loads a script together with what V8 had compiled of it in an earlier process, which saves a third of a short run.
const { accessSync, constants, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const vm = require('node:vm');

// A regular expression of a plan meets lines of anybody: one that tries without end goes on in linear time. It stands here
// because V8 takes nothing that was compiled under other flags.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

/**
 * What a script exports that is one function of CommonJS in Latin-1, as bin/build.mjs writes them. What is kept lies beside
 * it, for each Node its own, as with Python; where nothing is there, this process leaves it when it ends, if it may write
 * there. What does not fit is not used.
 */
function loadCompiled(file) {
  const kept = `${file}.${process.versions.v8}-${process.arch}.compiled`;
  const cachedData = readKept(kept, file);
  const script = new vm.Script(readFileSync(file, 'latin1'), { filename: file, cachedData });
  if (cachedData === undefined) process.on('exit', () => keep(kept, script));
  const loaded = { exports: {} };
  const ofNode = createRequire(file);
  const load = name => (name.startsWith('./') ? loadCompiled(join(dirname(file), name)) : ofNode(name));
  script.runInThisContext()(loaded.exports, load, loaded, file, name => import(name));
  return loaded.exports;
}

/** V8 itself looks only at the length of the script: one that was changed since must not meet it. */
function readKept(kept, file) {
  try {
    return statSync(kept).mtimeMs >= statSync(file).mtimeMs ? readFileSync(kept) : undefined;
  } catch {
    return undefined;
  }
}

function keep(kept, script) {
  const fresh = `${kept}.${process.pid}`;
  try {
    accessSync(dirname(kept), constants.W_OK);
    writeFileSync(fresh, script.createCachedData());
    renameSync(fresh, kept);
  } catch {
    // Where there is no room, the next process compiles again.
    rmSync(fresh, { force: true });
  }
}

module.exports = { loadCompiled };

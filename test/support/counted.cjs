// Loaded before runjobs by a test: counts what the process does, and writes it at its end to the file $COUNTED.
const fs = require('node:fs');
const vm = require('node:vm');
const { ChildProcess } = require('node:child_process');

const { COUNTED } = process.env;
const counts = { read: [], processes: 0, compiled: [] };

const { readFileSync } = fs;
fs.readFileSync = (file, ...rest) => {
  counts.read.push(String(file));
  return readFileSync(file, ...rest);
};
const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (...args) {
  counts.processes += 1;
  return spawn.apply(this, args);
};
const { Script } = vm;
vm.Script = class extends Script {
  constructor(code, options) {
    super(code, options);
    counts.compiled.push({
      file: options.filename,
      kept: options.cachedData !== undefined,
      refused: this.cachedDataRejected === true,
    });
  }
};
process.on('exit', () => {
  const calls = process.platform === 'linux' ? readFileSync('/proc/self/io', 'utf8') : '';
  const of = name => Number(new RegExp(`${name}: (\\d+)`).exec(calls)?.[1] ?? 0);
  const modules = process.moduleLoadList.flatMap(name => /^NativeModule (.*)/.exec(name)?.[1] ?? []);
  fs.writeFileSync(COUNTED, JSON.stringify({ ...counts, modules, reads: of('syscr'), writes: of('syscw') }));
});

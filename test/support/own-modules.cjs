// Required before a script, under --expose-internals: tells at its end which of Node's own modules had to be compiled again.
const { writeFileSync } = require('node:fs');
const { internalBinding } = require('internal/test/binding');

process.on('exit', () => {
  const { compiledWithoutCache } = internalBinding('builtins').getCacheUsage();
  writeFileSync(process.env.OWN_MODULES, JSON.stringify([...compiledWithoutCache]));
});

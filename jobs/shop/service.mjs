// What the plans beside it talk to: a store of backups and some pages, on 127.0.0.1:$PORT. It tells each request. Paths in
// $DOWN answer 503, those in $SHAKY the first two times; /crash ends it with 1. It ends when it is told to, or by itself
// after a minute.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const { PORT, DOWN = '', SHAKY = '' } = process.env;
const stored = Array.from({ length: 9 }, (_, n) => `shop-${n + 1}.sql.gz`);
const stumbles = new Map(SHAKY.split(',').map(path => [path, 2]));

function isDown(path) {
  const left = stumbles.get(path) ?? 0;
  if (left > 0) stumbles.set(path, left - 1);
  return left > 0 || DOWN.split(',').includes(path);
}

/** The status, what is answered, and what is told besides. */
function answer(method, { pathname, searchParams }, body) {
  const [, folder, name] = pathname.split('/');
  if (folder === 'crash') process.exit(1);
  if (isDown(`/${folder}`)) return [503, 'down\n', 'is down'];
  if (folder !== 'backups') return [200, `this is ${pathname}\n`, body.toString()];
  if (method === 'GET') {
    const old = stored.slice(0, Math.max(0, stored.length - Number(searchParams.get('keep'))));
    return [200, JSON.stringify(old), ''];
  }
  if (method === 'DELETE') {
    const at = stored.indexOf(name);
    if (at === -1) return [404, 'no such backup\n', 'is not there'];
    stored.splice(at, 1);
    return [204, '', ''];
  }
  try {
    const { length } = gunzipSync(body);
    stored.push(name);
    return [201, '', `${length} bytes`];
  } catch {
    return [400, 'not packed\n', 'is not packed'];
  }
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://service');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const [status, text, more] = answer(request.method, { pathname, searchParams }, Buffer.concat(chunks));
  console.log(`${request.method} ${pathname} ${more}`.trim());
  response.statusCode = status;
  response.end(text);
});
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => {
  console.log('down');
  process.exit();
});
setTimeout(() => process.exit(), 60_000);

// Answers `/1024` with so many bytes, until its standard input is closed.
import { createServer } from 'node:http';

const bodies = new Map();
const server = createServer((request, response) => {
  const size = Number.parseInt(request.url.slice(1), 10);
  const body = bodies.get(size) ?? Buffer.alloc(size, 'x');
  bodies.set(size, body);
  response.writeHead(200, { 'content-length': body.length }).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit());

// A tiny site on 127.0.0.1:$PORT, for the plans beside it. It ends when it is told to, or by itself after a minute.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain');
  if (request.url !== '/') response.statusCode = 404;
  response.end(request.url === '/' ? 'Hello from the page\n' : 'no such page\n');
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
setTimeout(() => process.exit(), 60_000);

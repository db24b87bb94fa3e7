// Answers each request with what it was asked.
import { createServer } from 'node:http';

createServer((request, response) => {
  const { method, url, headers } = request;
  let body = '';
  request.on('data', data => {
    body += data;
  });
  request.on('end', () => {
    const type = headers['content-type']?.replace(/boundary=.*/, 'boundary=…');
    const told = [`${method} ${url}`, headers['x-client'], headers.authorization, type, `${body.length} characters`];
    response.end(`${told.filter(Boolean).join(' | ')}\n`);
  });
}).listen(process.env.PORT, '127.0.0.1');

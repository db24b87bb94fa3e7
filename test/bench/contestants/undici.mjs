// So many requests with undici alone: <url> <requests> <connections>.
import { Pool } from 'undici';

const [url, requests, connections] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: Number(connections), pipelining: 1 });
let left = Number(requests);
const work = async () => {
  while (left > 0) {
    left -= 1;
    const { body } = await pool.request({ path: pathname, method: 'GET' });
    for await (const _ of body);
  }
};
await Promise.all(Array.from({ length: Number(connections) }, work));
await pool.close();

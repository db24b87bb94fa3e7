/** Prints the values of the variables that it is given by name, in every way in which programs write a text down. */
for (const name of process.argv.slice(2)) {
  const value = process.env[name] ?? '';
  const base64 = text => Buffer.from(text).toString('base64');
  for (const form of [
    value,
    ...value.split('\n'),
    base64(value),
    base64(`u${value}`),
    base64(`us${value}!`),
    base64(`user:${value}\n`),
    Buffer.from(`me:${value}`).toString('base64url'),
    base64(value).replace(/.{76}/g, '$&\n'),
    encodeURIComponent(value),
    encodeURIComponent(value).toLowerCase().replaceAll(value.toLowerCase(), value),
    encodeURI(value),
    new URLSearchParams({ token: value }).toString(),
    new URL(`http://host/${encodeURIComponent(value)}?q=${encodeURIComponent(value)}`).href,
    JSON.stringify({ token: value }),
    JSON.stringify(JSON.stringify({ token: value })),
    `'${value.replaceAll("'", "'\\''")}'`,
  ]) {
    console.log(`<${form}>`);
    console.error(`<${form}>`);
  }
}

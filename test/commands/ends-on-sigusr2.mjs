// Prints "ready", tells of SIGTERM, ends well on SIGUSR2.
process.on('SIGTERM', () => console.log('told to terminate'));
process.on('SIGUSR2', () => {
  console.log('told politely');
  process.exit(0);
});
setInterval(() => {}, 60_000);
console.log('ready');

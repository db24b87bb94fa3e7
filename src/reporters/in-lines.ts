/** The reporters that write lines and files: loaded together, as they share most of what they are made of. */
export { createGithub } from './github.ts';
export { createGitlab } from './gitlab.ts';
export { createGroup } from './group.ts';
export { createJunit } from './junit.ts';
export { createNdjson } from './ndjson.ts';
export { createPlain } from './plain.ts';
export { createQuiet } from './quiet.ts';

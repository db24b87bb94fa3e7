/** XML held against a schema by xmllint of libxml2, which a CI must have. */
import { spawnSync } from 'node:child_process';

/** Why no XML can be checked here, or undefined; in CI its absence is an error. */
export const noXmllint =
  spawnSync('xmllint', ['--version']).error === undefined || process.env.CI
    ? undefined
    : 'needs xmllint, apt: libxml2-utils';

/** What is wrong with a JUnit report; empty where nothing is. */
export function junitFaults(text: string): string {
  const { status, stderr, error } = spawnSync('xmllint', ['--noout', '--schema', 'test/support/junit.xsd', '-'], {
    input: text,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return status === 0 ? '' : stderr;
}

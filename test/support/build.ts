/** Builds runjobs once before the end-to-end tests, which run what users run. */
import { execa } from 'execa';

export default async function setup(): Promise<void> {
  await execa('npm', ['run', '--silent', 'build']);
}

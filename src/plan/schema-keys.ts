/** The keys that may stand in each kind of object of the file. */

import { definitionShape, finallyShape, stepShape } from './schema.ts';
import { stdinShape } from './schema-command.ts';
import { envFileShape, inputShape, listShape, needShape, sourceShape } from './schema-data.ts';
import { httpShape, partKeys } from './schema-http.ts';
import { eventShape, expectShape, jsonRuleShape, paginateShape, textRuleShape } from './schema-http-answer.ts';
import { authShape, basicShape, httpDefaultsShape, tlsShape } from './schema-http-shared.ts';
import { everyShape, retryShape, stopShape, timeoutShape } from './schema-modifiers.ts';
import { readyShape } from './schema-ready.ts';
import { lockShape, notifyShape, rootShape, scheduleShape } from './schema-root.ts';

/** By the key that such an object stands at. */
export const KEYS = {
  root: [...Object.keys(rootShape), 'define', ...Object.keys(stepShape)],
  definition: Object.keys(definitionShape),
  step: Object.keys(stepShape),
  http: Object.keys(httpShape),
  httpDefaults: Object.keys(httpDefaultsShape),
  auth: Object.keys(authShape),
  basic: Object.keys(basicShape),
  tls: Object.keys(tlsShape),
  multipart: partKeys,
  expect: Object.keys(expectShape),
  event: Object.keys(eventShape),
  paginate: Object.keys(paginateShape),
  textRule: Object.keys(textRuleShape),
  jsonRule: Object.keys(jsonRuleShape),
  every: Object.keys(everyShape),
  retry: Object.keys(retryShape),
  timeout: Object.keys(timeoutShape),
  ready: Object.keys(readyShape),
  finally: Object.keys(finallyShape),
  stop: Object.keys(stopShape),
  stdin: Object.keys(stdinShape),
  lock: Object.keys(lockShape),
  schedule: Object.keys(scheduleShape),
  notify: Object.keys(notifyShape),
  needs: Object.keys(needShape),
  envFile: Object.keys(envFileShape),
  inputs: Object.keys(inputShape),
  forEach: Object.keys(listShape),
  lines: Object.keys(sourceShape),
} as const;

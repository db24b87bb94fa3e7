/** What other tools call the things of a plan, the commands and the words of values, without case, `-` and `_`. */

/** By our own word; of a word that stands with several, the first one that fits where it was written. */
const WORDS: Readonly<Record<string, string>> = {
  run: 'args cmd command exec execstart script sh shellcommand start up',
  steps:
    'beforescript block cmds commands pipeline script scripts sequence sequential serial series stages targets tasks',
  gather: 'concurrent jobs parallel processes procs services sidecars',
  any: 'firstof race',
  use: 'call extends import include includes job playbook task template uses workflow',
  http: 'httpget request url',
  sleep: 'delay wait',
  needs: 'after dependencies depends dependson deps',
  if: 'condition disabled enabled onlyif only os platforms precondition preconditions rules skip unless when',
  forEach: 'each for foreach items loop matrix numprocs replicas strategy withitems withparam',
  background: 'daemon detach isdaemon persistent',
  ready: 'health healthcheck probe readinessprobe readyline readylogline waitfor waiton',
  finally:
    'aftereach afterscript always cleanup defer ensure handleron onexit onfailure onsuccess post poststop rescue teardown',
  allowFailure:
    'continueon continueonerror continueonfail continueonfailure failok ignoreerror ignoreerrors ignorefailure optional',
  every: 'cron interval period periodseconds poll repeat repeatpolicy',
  retry:
    'attempts autorestart availability backoff backofflimit maxattempts maxretries restart restartpolicy restarttries retries retrypolicy retrystrategy',
  timeout: 'activedeadlineseconds deadline failurethreshold timeoutminutes timeoutsec timeoutseconds',
  limit: 'concurrency maxconcurrency maxconcurrent maxparallel maxprocesses parallelism',
  failFast: 'bail killothers killothersonfail stoponfailure',
  schedule: 'cron on oncalendar scheduleinterval trigger triggers',
  slots: 'maxactivesteps maxactivetasks',
  inputs: 'arguments parameters params requires',
  lock: 'concurrency concurrencypolicy flock maxactiveruns mutex overlappolicy singleton',
  keep: 'histretentiondays historylimit retention',
  notify: 'alerts errormail infomail mailon mailonerror mailto notifications slack webhook',
  env: 'arguments consts environment parameters params variables vars',
  envFile: 'dotenv',
  cwd: 'chdir dir directory workdir workingdir workingdirectory',
  description: 'comment desc doc help msg summary',
  name: 'displayname group label title',
  save: 'output outputs register',
  saveTo: 'log logfile loglocation logpath stderr stdout',
  launcher: 'as become nice runas sudo user wrapper',
  interactive: 'istty prompt stdinopen tty',
  stop: 'killsignal shutdown signalonstop stopsignal',
  okExitCodes: 'exitcodes successexitcodes validexitcodes',
  // Of retry, stop, ready, needs and every,
  times: 'attempts count limit max maxattempts maxrestarts maxretries retries',
  delay: 'backoffsec backoffseconds interval intervalsec delayms restartdelay retrydelay wait',
  factor: 'backoff multiplier',
  on: 'exitcode exitcodes retryon when',
  signal: 'killsignal stopsignal',
  grace: 'graceperiod killafter killtimeout timeout timeoutseconds',
  tcp: 'port socket tcpsocket',
  log: 'line logline match pattern readylogline',
  wait: 'timeout',
  when: 'condition state status',
  timezone: 'tz zone',
  // of requests,
  url: 'endpoint host hostname path port uri',
  json: 'body data payload',
  query: 'params',
  status: 'code statuscode',
  expect: 'assert code status statuscode validate',
  bearer: 'token',
  // of inputs,
  enum: 'choices options values',
  default: 'value',
  // values,
  number: 'float int integer',
  boolean: 'bool',
  string: 'str text',
  forever: 'always infinite infinity unlimited',
  succeeded: 'completedsuccessfully healthy processcompletedsuccessfully processhealthy processstarted started success',
  failed: 'failure',
  ended: 'always completed done processcompleted',
  // and commands.
  check: 'dry dryrun graph lint validate verify',
  runs: 'history list ls ps status',
  resume: 'continue retry',
};

/** What there is nothing for, and what to do instead. */
const NOTHING: Readonly<Record<string, string>> = {
  'a plan has none; take it out': 'apiversion version',
  'containers are started by commands, such as "docker run"': 'container docker executor image',
  'nothing tells what is up to date; an "if" says whether a step is to run': 'creates generates sources',
  'a step with a "name" shows that in the place of its command; what a run shows at all is chosen by --reporter and --quiet':
    'quiet silent verbose',
};

/** What to say of a word of another tool for which there is nothing here; undefined of any other. */
export function nothingFor(word: string): string | undefined {
  return Object.keys(NOTHING).find(say => NOTHING[say]?.split(' ').includes(word.toLowerCase()));
}

/** Our own words for it, without case, `-` and `_`; the likeliest first. */
export function ownWords(word: string): string[] {
  return Object.keys(WORDS).filter(own => WORDS[own]?.split(' ').includes(word));
}

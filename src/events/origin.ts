/** Where the variables that a step sees come from. */
export type Origin =
  /** The `env` of a step. */
  | { readonly type: 'env'; readonly step: string }
  /** The `env` at the root of a file of which a definition is used. */
  | { readonly type: 'root-env'; readonly file: string }
  /** A step inside the one at the path, or that one, has saved them. */
  | { readonly type: 'saved'; readonly step: string }
  /** The lists of a forEach. */
  | { readonly type: 'forEach'; readonly step: string }
  /** A file that `envFile` of a step names. */
  | { readonly type: 'envFile'; readonly step: string; readonly file: string }
  /** An input, given or by default. */
  | { readonly type: 'input'; readonly from: 'given' | 'default' }
  /** `--env-file`. */
  | { readonly type: 'given-file'; readonly file: string }
  | { readonly type: 'process' }
  /** What runjobs tells each command of itself. */
  | { readonly type: 'runjobs' };

/** The types of single values that stand in many places of a job file. */

/** `"250ms"`, `"10s"`, `"5m"`, `"1h30m"`, `"2d"`, or a number of seconds. */
export type DurationInput = string | number;

/** `"64MiB"`, `"10MB"`, or a number of bytes. */
export type SizeInput = string | number;

/** Becomes text as written. */
export type ScalarInput = string | number | boolean;

/** How large variables may become, in bytes of UTF-8: more would break the start of every command that follows. */

/** What one saved variable may hold. Linux allows 128 KiB for a variable with its name. */
export const SAVED_BYTES = 96 * 1024;

/** What all variables that a step sees may hold together, their names included. */
export const SCOPE_BYTES = 1024 * 1024;

/** A list that cannot be read, in words for its author. */
export class BadList extends Error {}

export interface Fence {
  /** What is no longer so. */
  readonly about: string;
  readonly edits: readonly Edit[];
}

/** `find` stands in `file` exactly once, or the drill refuses to run. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * `kind` says who can mend it: `user` (the caller or the file), `operator` (this installation), `transient` (time;
 * the only kind that is retried), `bug` (us).
 */
export interface RejectionRow {
  readonly status: number;
  readonly kind: 'user' | 'operator' | 'transient' | 'bug';
  readonly title: string;
  readonly remedy: string;
}

export function row(status: number, kind: RejectionRow['kind'], title: string, remedy: string): RejectionRow {
  return { status, kind, title, remedy };
}

/** The header in which client, workflow and steps hand on the trace; its value is a map that W3C's propagators read. */
export const TRACE_HEADER = '_tracer-data';

/** A run, or what of it was not replayed, as its worker is told when it ends. */
export interface EndedRun {
  /** As it stood in the run's header. */
  readonly carrier: Readonly<Record<string, string>>;
  /** Workflow time, ms since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failed: boolean;
}

/** What workflow code tells its worker of traces. */
export interface WorkflowSpans {
  runEnded(run: EndedRun): void;
}

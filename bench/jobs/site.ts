import type { Counted } from './accounting.ts';

/** A job system with everything that it needs, running: what is measured. */
export interface Site {
  /** `POST /v1/uploads` → 202 `{ id }`; `GET /v1/uploads/<id>` → `{ state }`, `ready` in the end. */
  readonly url: string;
  /** Holds `uploads (id, state)`, with the same words. */
  readonly databaseUrl: string;
  /** `Authorization` of the account of that number. */
  authorizationOf(account: number): string;
  /** Whether `GET /v1/uploads/<id>/events` tells live. */
  readonly hasEvents: boolean;
  /** The trees of processes that serve it, the worker's too if there is one now. */
  counted(): readonly Counted[];
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** What was used, for the report. */
  versions(): Promise<Readonly<Record<string, string>>>;
  /** Ready uploads, and those of them that have a track with all points: a job that was not done must not count. */
  results(): Promise<{ readonly ready: number; readonly whole: number }>;
  /** Has everything that is ready processed again in bulk; only of who can. */
  reprocessAll?(): Promise<ReprocessedAll>;
  stop(): Promise<void>;
}

export interface ReprocessedAll {
  readonly jobs: number;
  /** Throws unless each was made again, once, and all is whole. */
  prove(): Promise<void>;
}

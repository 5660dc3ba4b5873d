import { Rejection } from '../../contracts/rejections.ts';
import type { UploadEvent } from '../../contracts/upload-events.ts';
import { type Problem, problemOf } from '../plugins/problems.ts';

export interface UploadEventView {
  readonly kind: UploadEvent['kind'];
  readonly state: UploadEvent['state'];
  readonly run: number;
  readonly attempt: number;
  readonly at: string;
  readonly trackId?: string;
  readonly error?: Problem;
}

/** An event as it is streamed: the `data` of a message whose `id` is its number. */
export function eventView({ seq, at, failure, ...told }: UploadEvent, traceId: string): UploadEventView {
  return {
    ...told,
    at: at.toISOString(),
    ...(failure && { error: problemOf(new Rejection(failure.code, failure.facts), traceId) }),
  };
}

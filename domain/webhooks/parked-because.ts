import type { RejectionCode } from '../../contracts/rejections.ts';
import { failureOf, isCancellation } from '../upload/failure-of.ts';

/** Why a delivery ended without an answer of the endpoint, from what its step threw into the workflow. */
export function parkedBecause(error: unknown): RejectionCode {
  return isCancellation(error) ? 'webhook/cancelled' : failureOf(error).code;
}

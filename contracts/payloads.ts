import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';

/**
 * One payload of a history. Payloads are ids, counts and codes, the largest of them some hundred bytes; Temporal itself refuses
 * at 2 MB, and then tries again for ever. What is over this has put a thing where its id belongs.
 */
export const PAYLOAD_BYTES_AT_MOST = 65_536;

/** Throws a failure that is never tried again where `value` is over the bound. */
export function refuseLargePayload(value: unknown, what: string): void {
  refuseLargeBytes(defaultPayloadConverter.toPayload(value).data?.length ?? 0, what);
}

export function refuseLargeBytes(bytes: number, what: string): void {
  if (bytes <= PAYLOAD_BYTES_AT_MOST) return;
  const message = `${what} is ${bytes} bytes; a payload is ${PAYLOAD_BYTES_AT_MOST} at most`;
  throw ApplicationFailure.nonRetryable(message, 'payload/too-large');
}

import { isGrpcServiceError, ServiceError } from '@temporalio/client';

/** UNAVAILABLE and DEADLINE_EXCEEDED of gRPC: nobody answers, or not in time. */
const AWAY_CODES: readonly number[] = [14, 4];

/** Whether an error of the client says that Temporal is away, and not that it refused. */
export function isTemporalOutage(error: unknown): boolean {
  if (isGrpcServiceError(error)) return AWAY_CODES.includes(error.code);
  return error instanceof ServiceError && isTemporalOutage(error.cause);
}

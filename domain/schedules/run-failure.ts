import { isRejectionCode } from '../../contracts/rejections.ts';
import type { RunFailure } from '../../contracts/schedules.ts';

/** Why a run failed, from what its step threw into the workflow: codes and classes, never a message. */
export function runFailureOf(error: unknown): RunFailure {
  const causes = causesOf(error);
  if (causes.some(({ name }) => name === 'CancelledFailure')) return { code: 'schedule/cancelled' };
  const coded = causes.find(({ type }) => isRejectionCode(type));
  if (!coded && causes.some(({ name }) => name === 'TimeoutFailure')) return { code: 'schedule/timed-out' };
  const { type: code, details } = coded ?? {};
  if (isRejectionCode(code) && code !== 'processing/failed') return { code };
  const { errorClass } = Object(Array.isArray(details) ? details[0] : undefined);
  return { code: 'processing/failed', ...(typeof errorClass === 'string' && { errorClass }) };
}

const CAUSES_AT_MOST = 10;

function causesOf(error: unknown): Record<string, unknown>[] {
  const causes: Record<string, unknown>[] = [];
  for (let at = error; isRecord(at) && causes.length < CAUSES_AT_MOST; at = at.cause) causes.push(at);
  return causes;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

import { expect, test } from 'vitest';
import type { AddWayTypesInput, UploadSteps } from '../../../contracts/uploads.ts';
import { processUpload } from '../../../domain/upload/process-upload.ts';

const INPUT = { uploadId: 'u', run: 3, inflatedBytes: 1 };
const READY = { outcome: 'ready', trackId: 't' } as const;

function stepsThat(
  addWayTypes: UploadSteps['addWayTypes'],
  result: Awaited<ReturnType<UploadSteps['digest']>> = READY,
) {
  const recordFailure = () => Promise.reject(new Error('not asked for'));
  return { digest: async () => result, recordFailure, ...(addWayTypes && { addWayTypes }) };
}

test('way types are asked for once the track is there, by its id, and only if the run is to have them', async () => {
  const asked: AddWayTypesInput[] = [];
  const steps = stepsThat(async (input) => {
    asked.push(input);
    return { status: 'ready' };
  });
  expect(await processUpload(steps, INPUT)).toEqual(READY);
  expect(asked).toEqual([]);
  expect(await processUpload(steps, { ...INPUT, wayTypes: true })).toEqual(READY);
  expect(asked).toEqual([{ trackId: 't', run: 3 }]);
  const superseded = stepsThat(steps.addWayTypes, { outcome: 'superseded' });
  await processUpload(superseded, { ...INPUT, wayTypes: true });
  expect(asked).toHaveLength(1);
});

test('whatever becomes of way types, the upload has its result; where there is no such step it has it too', async () => {
  const failing = stepsThat(() => Promise.reject(new Error('the map matcher is away for good')));
  expect(await processUpload(failing, { ...INPUT, wayTypes: true })).toEqual(READY);
  expect(await processUpload(stepsThat(undefined), { ...INPUT, wayTypes: true })).toEqual(READY);
});

test('a cancelled workflow stays cancelled', async () => {
  const cancelled = Object.assign(new Error('cancelled'), { name: 'CancelledFailure' });
  const steps = stepsThat(() => Promise.reject(cancelled));
  await expect(processUpload(steps, { ...INPUT, wayTypes: true })).rejects.toBe(cancelled);
});

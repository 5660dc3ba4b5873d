/**
 * Workflow ids. They are the idempotency keys of the engine: the run number makes a re-drive a new workflow, so that
 * "already started" always means "this very run". Ids are never encrypted: uuids and numbers only.
 */
export const processUploadId = (uploadId: string, run: number): string => `upload:${uploadId}:${run}`;

import { SERIES, TRACK, TRACK_ID } from './examples.ts';
import { type OperationContract, ROWS_ONLY } from './operation.ts';

export const TRACKS: Readonly<Record<string, OperationContract>> = {
  getTrack: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { trackId: TRACK_ID }, answers: { 200: TRACK } },
  },
  getTrackSeries: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { trackId: TRACK_ID }, answers: { 200: SERIES } },
  },
  deleteTrack: {
    degraded: {
      ...ROWS_ONLY,
      blobStore: 'works: the rows are gone at once, the original as soon as the store is back.',
    },
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { trackId: TRACK_ID }, answers: {} },
  },
};

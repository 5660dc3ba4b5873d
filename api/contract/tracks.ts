import { SERIES, TRACK, TRACK_ID, TRACK_SUMMARY, WAY_TYPES } from './examples.ts';
import { TRACK_DEBUG } from './examples-ops.ts';
import { type OperationContract, ROWS_ONLY } from './operation.ts';

export const TRACKS: Readonly<Record<string, OperationContract>> = {
  listTracks: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/bad-cursor'],
    examples: {
      parameters: { limit: 20, order: 'startedAt', sport: 'hiking' },
      answers: { 200: { items: [TRACK_SUMMARY], next: null } },
    },
  },
  debugTrack: {
    degraded: { ...ROWS_ONLY, blobStore: 'works: `original` is `unknown`.' },
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { trackId: TRACK_ID }, answers: { 200: TRACK_DEBUG } },
  },
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
  changeTrack: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found', 'request/precondition-failed'],
    examples: {
      parameters: { trackId: TRACK_ID },
      bodies: { 'application/json': { name: 'Round the lake', sport: 'running', privacyZoneM: 400 } },
      answers: { 200: { ...TRACK, name: 'Round the lake', sport: 'running', privacyZoneM: 0 } },
    },
  },
  getTrackWayTypes: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found'],
    examples: { parameters: { trackId: TRACK_ID }, answers: { 200: WAY_TYPES } },
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

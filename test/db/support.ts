import { randomBytes, randomUUID } from 'node:crypto';
import type { TrackStatistics } from '../../contracts/track.ts';
import { accountIdFor } from '../../db/accounts.ts';
import type { Db } from '../../db/pool.ts';
import type { NewTrack } from '../../db/tracks.ts';
import { insertUpload, type NewUpload } from '../../db/uploads.ts';

const SHA256 = 'ab'.repeat(32);

/** An upload of `account`'s, as the API writes it; each of other bytes. */
export async function newUpload(db: Db, changes: Partial<NewUpload> = {}, account = 'tester'): Promise<NewUpload> {
  const upload: NewUpload = {
    id: randomUUID(),
    accountId: await accountIdFor(db, account),
    format: 'gpx',
    blobKey: randomBytes(32).toString('hex'),
    encoding: 'identity',
    storedBytes: 1_000,
    inflatedBytes: 1_000,
    contentSha256: randomBytes(32).toString('hex'),
    name: null,
    sport: null,
    externalId: null,
    traceParent: null,
    ...changes,
  };
  await insertUpload(db, upload);
  return upload;
}

export const STATISTICS: TrackStatistics = {
  kind: 'track',
  name: 'Morning walk',
  sport: null,
  device: null,
  points: 2,
  segments: 1,
  startedAt: null,
  endedAt: null,
  distanceM: 100,
  elapsedS: null,
  timerS: null,
  movingS: null,
  elevationGainM: null,
  elevationLossM: null,
  elevationThresholdM: null,
  start: { lat: 47, lon: 11 },
  end: { lat: 47.001, lon: 11 },
  bounds: { minLat: 47, minLon: 11, maxLat: 47.001, maxLon: 11 },
  laps: [],
  summary: {
    averageSpeedMps: null,
    movingSpeedMps: null,
    maxSpeedMps: null,
    elevationMinM: null,
    elevationMaxM: null,
    heartRateBpm: null,
    cadenceRpm: null,
    powerW: null,
    temperatureC: null,
    bestSpeeds: null,
    fastest: null,
    splitsKm: [],
    splitsMile: [],
  },
  gpsQuality: {
    gaps: null,
    gapsS: null,
    spikes: null,
    suspiciousShare: null,
    withoutTimeShare: 1,
    withoutElevationShare: 1,
    medianIntervalS: null,
  },
  warnings: [],
};

/** What a reader yields, the same for every file. */
export const READ = {
  statistics: STATISTICS,
  seriesJson: JSON.stringify({ v: 1, n: 2, dist: [0, 100] }),
  columnsGzip: new Uint8Array([1, 2, 3]),
  columnsSha256: 'cd'.repeat(32),
};

export function trackOf(upload: NewUpload, changes: Partial<NewTrack> = {}): NewTrack {
  return {
    ...READ,
    accountId: upload.accountId,
    uploadId: upload.id,
    format: 'gpx',
    pipelineVersion: 1,
    inputSha256: SHA256,
    zoneM: 0,
    build: 'test',
    processedBy: 'workflow',
    run: 1,
    ...changes,
  };
}

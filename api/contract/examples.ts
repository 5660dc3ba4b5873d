/** One small recording and what becomes of it: the examples of the contract, as a running Cairn answered them. */
export const UPLOAD_ID = '01a1fc80-a7b9-735c-9984-11e65fd52aed';
export const TRACK_ID = '01a1fc80-a808-7537-b658-4992d2faea93';
export const TRACE_ID = '8897e14ff377f581bed6798a5dfe4220';

export const RECORDING = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="example" xmlns="http://www.topografix.com/GPX/1/1">
 <trk><name>Morning walk</name><trkseg>
  <trkpt lat="47.00000" lon="11.50000"><ele>500</ele><time>2026-05-01T08:00:00Z</time></trkpt>
  <trkpt lat="47.00045" lon="11.50000"><ele>504</ele><time>2026-05-01T08:00:30Z</time></trkpt>
  <trkpt lat="47.00090" lon="11.50000"><ele>509</ele><time>2026-05-01T08:01:00Z</time></trkpt>
 </trkseg></trk>
</gpx>
`;

const RECEIVED = {
  id: UPLOAD_ID,
  state: 'received',
  attempts: 0,
  run: 1,
  receivedAt: '2026-11-21T05:07:32.410Z',
  warnings: [],
  links: { self: `/v1/uploads/${UPLOAD_ID}` },
} as const;

const READY = {
  ...RECEIVED,
  state: 'ready',
  trackId: TRACK_ID,
  processedBy: 'workflow',
  attempts: 1,
  links: {
    self: `/v1/uploads/${UPLOAD_ID}`,
    track: `/v1/tracks/${TRACK_ID}`,
    series: `/v1/tracks/${TRACK_ID}/series`,
  },
} as const;

export const UPLOAD = { received: RECEIVED, ready: READY, duplicate: { ...READY, duplicateOf: UPLOAD_ID } } as const;

const SPLIT = {
  distanceM: 100.053765,
  elapsedS: 60,
  movingS: 60,
  elevationGainM: 9,
  elevationLossM: 0,
  averageHeartRateBpm: null,
} as const;

const WAY_TYPES_SUMMARY = {
  status: 'ready',
  version: 1,
  costing: 'pedestrian',
  region: 'alps',
  mapVersion: '2026-11-14T02:10:00.000Z',
  at: '2026-11-21T05:07:33.020Z',
  kinds: [
    { kind: 'path', lengthM: 80.1, share: 0.8005 },
    { kind: 'track', lengthM: 20, share: 0.1999 },
  ],
  surfaces: [
    { surface: 'dirt', lengthM: 80.1, share: 0.8005 },
    { surface: 'gravel', lengthM: 20, share: 0.1999 },
  ],
  unmatchedShare: 0,
  segments: 2,
} as const;

export const WAY_TYPES = {
  wayTypes: WAY_TYPES_SUMMARY,
  segments: [
    { kind: 'track', surface: 'gravel', fromM: 0, lengthM: 20 },
    { kind: 'path', surface: 'dirt', fromM: 20, lengthM: 80.1 },
  ],
} as const;

export const TRACK = {
  id: TRACK_ID,
  uploadId: UPLOAD_ID,
  nearDuplicateOf: null,
  createdAt: '2026-11-21T05:07:32.590Z',
  kind: 'track',
  name: 'Morning walk',
  sport: null,
  device: 'example',
  format: 'gpx',
  startedAt: '2026-05-01T08:00:00.000Z',
  endedAt: '2026-05-01T08:01:00.000Z',
  distanceM: 100.053765,
  elapsedS: 60,
  timerS: 60,
  movingS: 60,
  elevationGainM: 9,
  elevationLossM: 0,
  elevationThresholdM: 3,
  points: 3,
  segments: 1,
  start: { lat: 47, lon: 11.5 },
  end: { lat: 47.0009, lon: 11.5 },
  bounds: { minLat: 47, minLon: 11.5, maxLat: 47.0009, maxLon: 11.5 },
  laps: [],
  sessions: [],
  pauses: [],
  utcOffsetS: null,
  summary: {
    averageSpeedMps: 1.668,
    movingSpeedMps: 1.668,
    maxSpeedMps: 1.668,
    elevationMinM: 500,
    elevationMaxM: 509,
    heartRateBpm: null,
    cadenceRpm: null,
    powerW: null,
    temperatureC: null,
    bestSpeeds: [
      { windowS: 5, speedMps: 1.668 },
      { windowS: 30, speedMps: 1.668 },
      { windowS: 60, speedMps: 1.668 },
    ],
    fastest: [],
    splitsKm: [SPLIT],
    splitsMile: [SPLIT],
  },
  gpsQuality: {
    gaps: 2,
    gapsS: 60,
    spikes: 0,
    suspiciousShare: 0,
    withoutTimeShare: 0,
    withoutElevationShare: 0,
    medianIntervalS: 30,
  },
  wayTypes: WAY_TYPES_SUMMARY,
  warnings: [],
  privacyZoneM: null,
  privacyZoneAppliedM: 0,
  pipelineVersion: 2,
  inputSha256: 'ea887883b3d0729bc34c006939c1e205cd09349a1719670fd185941bb52d5b39',
  links: {
    self: `/v1/tracks/${TRACK_ID}`,
    series: `/v1/tracks/${TRACK_ID}/series`,
    wayTypes: `/v1/tracks/${TRACK_ID}/way-types`,
  },
} as const;

const { laps: _laps, summary: _summary, gpsQuality: _quality, wayTypes: _ways, warnings: _warnings, ...SHORT } = TRACK;
const { privacyZoneM: _zone, privacyZoneAppliedM: _applied, ...BRIEF } = SHORT;
const { inputSha256: _sha256, sessions: _sessions, pauses: _pauses, utcOffsetS: _offset, ...SUMMARY } = BRIEF;
/** As in lists. */
export const TRACK_SUMMARY = SUMMARY;

export const SERIES = {
  v: 1,
  n: 2,
  time_dist: [
    [0, 0],
    [60, 100.053765],
  ],
  time_dist_reason: null,
  dist: [0, 100.053765],
  lat_e6: [47_000_000, 900],
  lon_e6: [11_500_000, 0],
  ele_dm: [5_000, 5_090],
  hr: null,
  cad: null,
  power: null,
  temp: null,
  segment_starts: [],
  max_error_m: 0,
} as const;

export const EXAMPLE_STREAM = `retry: 1000

id: 2
data: {"kind":"started","state":"processing","run":1,"attempt":1,"at":"2026-05-01T08:00:00.000Z"}

id: 3
data: {"kind":"ready","state":"ready","run":1,"attempt":1,"at":"2026-05-01T08:00:01.000Z","trackId":"0190a0a0-0000-7000-8000-000000000000"}

retry: 4711

`;

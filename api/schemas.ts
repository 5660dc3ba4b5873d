import { Type } from 'typebox';
import { REJECTIONS } from '../contracts/rejections.ts';
import { UPLOAD_EVENT_KINDS } from '../contracts/upload-events.ts';
import { PROCESSED_BY } from '../contracts/uploads.ts';
import { nullable, nullableArray, nullableObject } from './nullable.ts';
import { GPS_QUALITY, LapSchema, PauseSchema, SessionSchema, SUMMARY } from './track-figures.ts';
import { ZONE_FIELDS } from './tracks/documentation.ts';
import { WAY_TYPES } from './way-types.ts';

/** Shapes of answers, as the OpenAPI document shows them. Answers are cut to these, so nothing else ever leaves. */

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:cairn:problem:<code>' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Enum(Object.keys(REJECTIONS), { description: 'Stable; docs/reference/errors.md lists them all.' }),
    remedy: Type.String({ description: 'What the caller can do.' }),
    traceId: Type.String(),
    offset: Type.Optional(Type.Integer({ description: 'Byte of the inflated input, from 0.' })),
    limit: Type.Optional(Type.String({ description: 'The name of the limit that was passed.' })),
    limitValue: Type.Optional(Type.Number()),
    uploadId: Type.Optional(Type.String({ format: 'uuid', description: 'Another upload that you are sent to.' })),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', title: 'Problem details (RFC 9457)' },
);

const WarningSchema = Type.Object({
  code: Type.String(),
  detail: Type.String(),
  count: Type.Optional(Type.Integer()),
  offset: Type.Optional(Type.Integer({ description: 'Byte of the inflated input, from 0.' })),
});

export const UploadSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    state: Type.Enum(['received', 'processing', 'ready', 'failed']),
    duplicateOf: Type.Optional(
      Type.String({
        format: 'uuid',
        description:
          'Answers to `POST` only: this account sent the same recording before, and this is that first upload.',
      }),
    ),
    trackId: Type.Optional(
      Type.String({ format: 'uuid', description: 'Also there, and readable, while the upload is processed again.' }),
    ),
    nearDuplicateOf: Type.Optional(
      Type.String({ format: 'uuid', description: 'The first track of the same ride, which another recording became.' }),
    ),
    externalId: Type.Optional(Type.String({ description: 'As given at upload.' })),
    error: Type.Optional(Type.Ref('Problem')),
    processedBy: Type.Optional(Type.Enum([...PROCESSED_BY])),
    attempts: Type.Integer({ description: 'How often processing was begun since it was last asked for.' }),
    run: Type.Integer({ description: '1, and one more each time it is processed again; part of the workflow id.' }),
    lastReprocess: Type.Optional(
      Type.Object(
        { run: Type.Integer(), error: Type.Ref('Problem') },
        {
          description: 'The last run failed; the track of an earlier one is there as before, and the state is `ready`.',
        },
      ),
    ),
    receivedAt: Type.String({ format: 'date-time' }),
    warnings: Type.Array(WarningSchema),
    links: Type.Record(Type.String(), Type.String()),
  },
  { $id: 'Upload' },
);

export const UploadEventSchema = Type.Object(
  {
    kind: Type.Enum([...UPLOAD_EVENT_KINDS], {
      description:
        'received; requeued: a new run is due; started: an attempt begins; attempt-ended: without a result, and it is tried again unless failed follows; ready and failed are final.',
    }),
    state: Type.Enum(['received', 'processing', 'ready', 'failed'], { description: 'Of the upload, from then on.' }),
    run: Type.Integer(),
    attempt: Type.Integer({ description: 'How often processing was begun.' }),
    at: Type.String({ format: 'date-time' }),
    trackId: Type.Optional(Type.String({ format: 'uuid' })),
    error: Type.Optional({
      ...Type.Ref('Problem'),
      description: 'Why the run failed; with the state `ready`, the track of an earlier run is there as before.',
    }),
  },
  { $id: 'UploadEvent', description: 'The `data` of a message in the event stream of an upload.' },
);

export const TicketSchema = Type.Object({
  ticket: Type.String(),
  expiresAt: Type.String({ format: 'date-time', description: 'Unless it is used before.' }),
  links: Type.Object({ events: Type.String({ description: 'The stream, with the ticket.' }) }),
});

const INDOORS = 'Null when no point has a position (indoors), or none outside the privacy zone.';
const POSITION = nullableObject({ lat: Type.Number(), lon: Type.Number() }, INDOORS);

const NULL_BEFORE_2 = 'Null when an older pipeline version than 2 made the track.';

export const TrackSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    uploadId: Type.String({ format: 'uuid' }),
    kind: Type.Enum(['track', 'route']),
    name: nullable('string'),
    sport: nullable('string'),
    device: nullable('string'),
    format: Type.Enum(['gpx', 'fit', 'tcx']),
    startedAt: nullable('string', { format: 'date-time' }),
    endedAt: nullable('string', { format: 'date-time' }),
    distanceM: Type.Number(),
    elapsedS: nullable('number'),
    timerS: nullable('number'),
    movingS: nullable('number'),
    elevationGainM: nullable('number'),
    elevationLossM: nullable('number'),
    elevationThresholdM: nullable('number'),
    points: Type.Integer({ description: 'That are visible.' }),
    segments: Type.Integer(),
    start: POSITION,
    end: POSITION,
    bounds: nullableObject(
      { minLat: Type.Number(), minLon: Type.Number(), maxLat: Type.Number(), maxLon: Type.Number() },
      `Degrees; minLon > maxLon when the track crosses the antimeridian (RFC 7946 §5.2). ${INDOORS}`,
    ),
    laps: nullableArray(LapSchema, `As the recorder wrote them; GPX has none. ${NULL_BEFORE_2}`),
    sessions: Type.Array(SessionSchema, { description: 'One for each sport, as the recorder wrote it; GPX has none.' }),
    pauses: Type.Array(PauseSchema, { description: "Stops of the recorder's timer; GPX has none." }),
    utcOffsetS: nullable('number', { description: 'Local time less UTC where it was recorded.' }),
    summary: nullableObject(SUMMARY, NULL_BEFORE_2),
    gpsQuality: nullableObject(GPS_QUALITY, NULL_BEFORE_2),
    wayTypes: Type.Object(WAY_TYPES, { description: 'Stretch by stretch at `links.wayTypes`.' }),
    warnings: Type.Array(WarningSchema),
    ...ZONE_FIELDS,
    pipelineVersion: Type.Integer(),
    inputSha256: Type.String({ description: 'SHA-256 of the inflated recording.' }),
    createdAt: Type.String({
      format: 'date-time',
      description: 'When it was made first; it stays when it is made again.',
    }),
    nearDuplicateOf: nullable('string', {
      format: 'uuid',
      description: 'The first track of the same ride (docs/reference/near-duplicates.md); null when this is it.',
    }),
    links: Type.Record(Type.String(), Type.String()),
  },
  { $id: 'Track', description: 'Definitions and units: docs/reference/statistics.md.' },
);

export const TrackSummarySchema = Type.Omit(
  TrackSchema,
  [
    ...([
      'laps',
      'sessions',
      'pauses',
      'utcOffsetS',
      'summary',
      'gpsQuality',
      'wayTypes',
      'warnings',
      'inputSha256',
    ] as const),
    ...(['privacyZoneM', 'privacyZoneAppliedM'] as const),
  ],
  {
    $id: 'TrackSummary',
    description: 'A track as lists show it: without what is long. The whole is behind `links.self`.',
  },
);

const column = (description: string) => nullableArray(nullable('number'), description);

export const SeriesSchema = Type.Object(
  {
    v: Type.Literal(1),
    n: Type.Integer({ description: 'Length of every column; at most 2,000.' }),
    time_dist: nullableArray(
      Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }),
      '[seconds, metres] since start; monotone in both; first [0,0], last [elapsed, distance].',
    ),
    time_dist_reason: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      enum: ['no-times', 'too-few-times', 'nothing-visible', null],
      description: 'Why `time_dist` is null.',
    }),
    dist: Type.Array(Type.Number()),
    lat_e6: nullableArray(Type.Integer(), `Micro-degrees; the first absolute, then differences. ${INDOORS}`),
    lon_e6: nullableArray(Type.Integer(), INDOORS),
    ele_dm: column('Decimetres.'),
    hr: column('Beats per minute.'),
    cad: column('Revolutions per minute.'),
    power: column('Watts.'),
    temp: column('Degrees Celsius.'),
    segment_starts: Type.Array(Type.Integer()),
    max_error_m: Type.Number({ description: 'The largest distance of a recorded point from where playback shows it.' }),
  },
  { $id: 'Series' },
);

/** An answer without a body. */
export const NOTHING = Type.Null({ description: 'Gone.' });

/** The refusals of an operation; `default` stands for those that any request may meet (405, 431, 500 …). */
export function problems(...statuses: number[]): Record<string, object> {
  const refusal = {
    description: 'A refusal; `code` says which.',
    content: { 'application/problem+json': { schema: Type.Ref('Problem') } },
  };
  return Object.fromEntries([...statuses, 'default'].map((status) => [String(status), refusal]));
}

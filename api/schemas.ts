import { Type } from 'typebox';
import { REJECTIONS } from '../contracts/rejections.ts';
import { nullable, nullableArray, nullableObject } from './nullable.ts';
import { GPS_QUALITY, LapSchema, SUMMARY } from './track-figures.ts';

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
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', title: 'Problem details (RFC 9457)' },
);

const WarningSchema = Type.Object({
  code: Type.String(),
  detail: Type.String(),
  count: Type.Optional(Type.Integer()),
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
    trackId: Type.Optional(Type.String({ format: 'uuid' })),
    error: Type.Optional(Type.Ref('Problem')),
    processedBy: Type.Optional(Type.Enum(['workflow', 'inline'])),
    attempts: Type.Integer({ description: 'How often processing was begun.' }),
    receivedAt: Type.String({ format: 'date-time' }),
    warnings: Type.Array(WarningSchema),
    links: Type.Record(Type.String(), Type.String()),
  },
  { $id: 'Upload' },
);

const PositionSchema = Type.Object({ lat: Type.Number(), lon: Type.Number() });

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
    points: Type.Integer(),
    segments: Type.Integer(),
    start: PositionSchema,
    end: PositionSchema,
    bounds: Type.Object(
      { minLat: Type.Number(), minLon: Type.Number(), maxLat: Type.Number(), maxLon: Type.Number() },
      { description: 'Degrees; minLon > maxLon when the track crosses the antimeridian (RFC 7946 §5.2).' },
    ),
    laps: nullableArray(LapSchema, `As the recorder wrote them; GPX has none. ${NULL_BEFORE_2}`),
    summary: nullableObject(SUMMARY, NULL_BEFORE_2),
    gpsQuality: nullableObject(GPS_QUALITY, NULL_BEFORE_2),
    wayTypes: Type.Null({ description: 'Not derived by this pipeline version.' }),
    warnings: Type.Array(WarningSchema),
    pipelineVersion: Type.Integer(),
    inputSha256: Type.String({ description: 'SHA-256 of the inflated recording.' }),
    links: Type.Record(Type.String(), Type.String()),
  },
  { $id: 'Track', description: 'Definitions and units: docs/reference/statistics.md.' },
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
      enum: ['no-times', 'too-few-times', null],
    }),
    dist: Type.Array(Type.Number()),
    lat_e6: Type.Array(Type.Integer(), { description: 'Micro-degrees; the first absolute, then differences.' }),
    lon_e6: Type.Array(Type.Integer()),
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

/** What the caller has is still right (`If-None-Match`). */
export const NOT_MODIFIED = Type.Null({ description: 'Not modified: what the caller has is still right.' });

/** The refusals of an operation; `default` stands for those that any request may meet (405, 431, 500 …). */
export function problems(...statuses: number[]): Record<string, object> {
  const refusal = {
    description: 'A refusal; `code` says which.',
    content: { 'application/problem+json': { schema: Type.Ref('Problem') } },
  };
  return Object.fromEntries([...statuses, 'default'].map((status) => [String(status), refusal]));
}

import { Type } from 'typebox';
import type { ExportFormat } from '../../contracts/exports.ts';
import { ARTEFACT_DOCUMENTATION } from '../artefact.ts';
import type { RouteDocumentation } from '../openapi.ts';
import { MEDIA_TYPES } from './formats.ts';

export const EXPORT_DESCRIPTION = `What a plan exports, how many points at most and how many different tracks a month, is
set by the operator: **403** \`export/not-entitled\`, \`export/too-many-points\` and \`export/limit-reached\` name the limit and
its value. The same track in the same format counts once a calendar month (UTC); answers without a body (304, HEAD) count
nothing. The body is made while it is read. Same track, same bytes: docs/reference/exports.md.`;

export const EXPORT_DOCUMENTATION: RouteDocumentation = {
  ...ARTEFACT_DOCUMENTATION,
  responseHeaders: {
    ...ARTEFACT_DOCUMENTATION.responseHeaders,
    'content-disposition': {
      type: 'string',
      description: 'A safe file name in ASCII, and in UTF-8 where that is another (RFC 6266, RFC 8187).',
    },
  },
};

interface BodyDocumentation {
  readonly name: string;
  readonly description: string;
  readonly content: Readonly<Record<string, object>>;
}

const LineSchema = Type.Object({
  type: Type.Literal('Feature'),
  bbox: Type.Optional(Type.Array(Type.Number(), { minItems: 4, maxItems: 6 })),
  geometry: Type.Unsafe<object | null>({
    type: ['object', 'null'],
    properties: { type: { enum: ['LineString', 'MultiLineString'] }, coordinates: { type: 'array' } },
  }),
  properties: Type.Object({
    name: Type.Optional(Type.String()),
    type: Type.Optional(Type.String({ description: 'The sport.' })),
    src: Type.Optional(Type.String({ description: 'The recorder.' })),
    time: Type.Optional(Type.String({ format: 'date-time' })),
    coordTimes: Type.Optional(Type.Array(Type.Unknown())),
    coordinateProperties: Type.Optional(Type.Object({}, { additionalProperties: { type: 'array' } })),
  }),
});

export const EXPORT_BODIES: Readonly<Record<ExportFormat, BodyDocumentation>> = {
  gpx: {
    name: 'GPX 1.1',
    description: `Valid against the published schemas: heart rate, cadence and temperature as TrackPointExtension v1, power as
PowerExtension v1 (\`PowerInWatts\`); segments are kept, points without a position are left out. A track without any
position is **422** \`export/no-positions\`.`,
    content: {
      [MEDIA_TYPES.gpx]: { schema: Type.String({ contentMediaType: MEDIA_TYPES.gpx }) },
    },
  },
  fit: {
    name: 'a FIT activity',
    description: `file_id, timer events, records (without a position where there is none), laps, sessions, the activity: the
recorder's own where it wrote them. Times in whole seconds.
A track without times is **422** \`export/no-times\`.`,
    content: { [MEDIA_TYPES.fit]: { schema: Type.String({ contentMediaType: MEDIA_TYPES.fit }) } },
  },
  geojson: {
    name: 'GeoJSON',
    description: `One Feature (RFC 7946): a LineString, or a MultiLineString where there are several segments or the line is cut
at the antimeridian; elevation as third coordinate. Times and sensors as togeojson names them: \`coordinateProperties\`, and
\`coordTimes\` besides. Points without a position are left out; a track without any is **422** \`export/no-positions\`.`,
    content: { [MEDIA_TYPES.geojson]: { schema: LineSchema } },
  },
};

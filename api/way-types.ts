import { Type } from 'typebox';
import {
  WAY_COSTINGS,
  WAY_KINDS,
  WAY_SURFACES,
  WAY_TYPES_ABSENT,
  WAY_TYPES_FAULTS,
  type WayTypes,
} from '../contracts/way-types.ts';
import { nullable } from './nullable.ts';

const kind = Type.Enum([...WAY_KINDS]);
const length = { lengthM: Type.Number(), share: Type.Number({ description: 'Of the whole track, 0 to 1.' }) };

/** One object for all states: what goes with `ready` is there only then. */
export const WAY_TYPES = {
  status: Type.Enum(['ready', ...WAY_TYPES_ABSENT], {
    description: `ready; or why there are none: not-configured and skipped (processed while the engine was away, or its privacy zone or
sport was changed since): a reprocess adds them; pending: they are being derived; unavailable: the map matcher was away or refused (\`fault\`), tried again for a
quarter of an hour, then by a reprocess; no-positions; not-applicable: the sport keeps to no ways.`,
  }),
  fault: Type.Optional(Type.Enum([...WAY_TYPES_FAULTS], { description: 'Of `unavailable`.' })),
  at: Type.Optional(
    Type.String({ format: 'date-time', description: 'When they were derived, or last tried in vain.' }),
  ),
  version: Type.Optional(Type.Integer({ description: 'Of the way they are derived.' })),
  costing: Type.Optional(Type.Enum([...WAY_COSTINGS], { description: 'What may be gone over, chosen by the sport.' })),
  region: Type.Optional(Type.String({ description: 'Names the map.' })),
  mapVersion: Type.Optional(
    nullable('string', { description: 'When the map was built; null when no part was asked for.' }),
  ),
  kinds: Type.Optional(Type.Array(Type.Object({ kind, ...length }), { description: 'The longest first.' })),
  surfaces: Type.Optional(
    Type.Array(Type.Object({ surface: Type.Enum([...WAY_SURFACES]), ...length }), {
      description: 'Of what was matched.',
    }),
  ),
  unmatchedShare: Type.Optional(Type.Number({ description: 'Of the track, 0 to 1: on no way that the map knows.' })),
  segments: Type.Optional(Type.Integer({ description: 'How many stretches `/way-types` lists.' })),
};

export const WayTypesSchema = Type.Object(
  {
    wayTypes: Type.Object(WAY_TYPES),
    segments: Type.Array(
      Type.Object({
        kind,
        surface: Type.Unsafe<string | null>({ type: ['string', 'null'], enum: [...WAY_SURFACES, null] }),
        fromM: Type.Number({ description: 'Metres since the start of the track.' }),
        lengthM: Type.Number(),
      }),
      { description: 'In order and without gaps; together as long as the track. Empty unless `ready`.' },
    ),
  },
  { $id: 'WayTypes', description: 'Definitions: docs/reference/way-types.md.' },
);

/** Rows from before way types existed say nothing: nobody was asked. */
export function wayTypesView(wayTypes: WayTypes | null): WayTypes {
  return wayTypes ?? { status: 'not-configured' };
}

import { Type } from 'typebox';
import { LIMITS } from '../../domain/limits/limits.ts';
import { ARTEFACT_DOCUMENTATION } from '../artefact.ts';
import { nullable } from '../nullable.ts';
import type { RouteDocumentation } from '../openapi.ts';

const { privacyZoneLeastM, privacyZoneM, nameCharacters, sportCharacters } = LIMITS;

/** Not blank, and no control characters. */
const TEXT =
  '^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$';
const text = (maxLength: number, description: string) =>
  Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength, pattern: TEXT, description }));

const ZONES = [{ const: 0 }, { type: 'integer', minimum: privacyZoneLeastM.value, maximum: privacyZoneM.value }];

/** Written down only: api/tracks/read-settings.ts reads these bodies, and says why. */
export const TRACK_SETTINGS_DOCUMENTATION: RouteDocumentation = {
  headers: {
    'if-match': {
      type: 'string',
      description: 'The `ETag` of what the change is made to: **412** when it is not that any more. `*` is any.',
      examples: ['"7Jw6UBxqVbTIkXLcmOoKAWhG9S1"'],
    },
  },
  responseHeaders: ARTEFACT_DOCUMENTATION.responseHeaders,
  body: jsonBody({
    name: text(nameCharacters.value, 'Null: as the file says.'),
    sport: text(sportCharacters.value, 'Decides what counts as moving. Null: as the file says.'),
    privacyZoneM: Type.Optional(
      Type.Unsafe<number | null>({ anyOf: [{ type: 'null' }, ...ZONES], description: '0: none. Null: the account’s.' }),
    ),
  }),
};

export const ACCOUNT_SETTINGS_DOCUMENTATION: RouteDocumentation = {
  body: jsonBody({
    privacyZoneM: Type.Optional(Type.Unsafe<number>({ anyOf: ZONES, description: '0: none.' })),
  }),
};

function jsonBody(members: Parameters<typeof Type.Object>[0]) {
  const schema = Type.Object(members, { additionalProperties: false });
  return { content: { 'application/json': { schema } } };
}

/** Of a track's answer. */
export const ZONE_FIELDS = {
  privacyZoneM: nullable('number', { description: 'Of this track alone, metres; 0 is none, null the account’s.' }),
  privacyZoneAppliedM: Type.Integer({ description: 'With which all that is here was made.' }),
};

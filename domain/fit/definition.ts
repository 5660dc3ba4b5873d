import { CODE, codeOf, isText } from './base-types.ts';
import { type PlainRecord, plainRecord } from './plain-records.ts';
import { isKnownMessage, MESSAGE, type MessageProfile, type PlanField, profileOf } from './profile.ts';

/** How data messages of one local type are read: compiled once per definition, so that a message costs what is wanted of it. */
export interface Plan {
  readonly message: number;
  /** Of others only the timestamp is read. */
  readonly isKnown: boolean;
  /** Bytes of a data message after its header. */
  readonly size: number;
  readonly fields: readonly PlanField[];
  /** Developer fields that go before the native ones wherever they hold a value. */
  readonly overrides: readonly PlanField[];
  readonly text: { readonly at: number; readonly size: number } | null;
  /** Of records that are as the profile has them. */
  readonly plain: PlainRecord | null;
  readonly definedAt: number;
  readonly hasDeveloperFields: boolean;
}

/** What a `field_description` message says of a developer field. */
export interface DeveloperField {
  readonly baseType: number;
  readonly scale: number;
  readonly offset: number;
  /** NaN: the message in which it stands. */
  readonly nativeMessage: number;
  readonly nativeField: number;
}

export type DeveloperFields = ReadonlyMap<number, DeveloperField>;

export function developerKey(developer: number, field: number): number {
  return developer * 256 + field;
}

/** Why a definition cannot be read: it ends after the data, or its byte order is neither. */
export type DefinitionFault = 'cut' | 'bad';

const FIXED_BYTES = 6;
const FIELD_BYTES = 3;
const HAS_DEVELOPER_FIELDS = 0x20;

/** Reads the definition whose header stands at `at`; `next` is the first byte after it. */
export function readDefinition(
  bytes: Uint8Array,
  at: number,
  end: number,
  developerFields: DeveloperFields,
): { readonly plan: Plan; readonly next: number } | DefinitionFault {
  const counted = (from: number) => from + 1 + (bytes[from] ?? 0) * FIELD_BYTES;
  if (at + FIXED_BYTES > end) return 'cut';
  const order = bytes[at + 2] ?? 0;
  if (order > 1) return 'bad';
  const hasDeveloperFields = ((bytes[at] ?? 0) & HAS_DEVELOPER_FIELDS) !== 0;
  const fieldsEnd = counted(at + FIXED_BYTES - 1);
  if (hasDeveloperFields && fieldsEnd >= end) return 'cut';
  const next = hasDeveloperFields ? counted(fieldsEnd) : fieldsEnd;
  if (next > end) return 'cut';
  const [low = 0, high = 0] = order === 1 ? [bytes[at + 4], bytes[at + 3]] : [bytes[at + 3], bytes[at + 4]];
  const draft = createDraft(low | (high << 8), order === 1);
  for (let field = at + FIXED_BYTES; field < fieldsEnd; field += FIELD_BYTES) addNative(draft, bytes, field);
  for (let field = fieldsEnd + 1; field < next; field += FIELD_BYTES)
    addDeveloper(draft, bytes, field, developerFields);
  const { message, size, fields, overrides, text } = draft;
  const plain = message === MESSAGE.record ? plainRecord(size, fields, overrides) : null;
  const isKnown = isKnownMessage(message);
  return { plan: { message, isKnown, size, fields, overrides, text, plain, definedAt: at, hasDeveloperFields }, next };
}

interface Draft {
  readonly message: number;
  readonly isBigEndian: boolean;
  readonly profile: MessageProfile;
  readonly fields: PlanField[];
  readonly overrides: PlanField[];
  text: Plan['text'];
  size: number;
}

function createDraft(message: number, isBigEndian: boolean): Draft {
  return { message, isBigEndian, profile: profileOf(message), fields: [], overrides: [], text: null, size: 0 };
}

/** Number, size, base type. Of a field that is there twice the first is read. */
function addNative(draft: Draft, bytes: Uint8Array, field: number): void {
  const number = bytes[field] ?? 0;
  const size = bytes[field + 1] ?? 0;
  const baseType = bytes[field + 2] ?? 0;
  const at = draft.size;
  draft.size += size;
  if (number === draft.profile.text && isText(baseType)) draft.text ??= { at, size };
  const wanted = draft.profile.fields.get(number);
  if (wanted === undefined || draft.fields.some(({ slot }) => slot === wanted.slot)) return;
  const { slot, scale, offset } = wanted;
  const code = wanted.code === undefined ? codeOf(baseType, size, draft.isBigEndian) : size === 3 ? wanted.code : 0;
  if (code !== CODE.unread) draft.fields.push({ at, code, slot, scale, offset });
}

/** Number, size, index of the developer. One without a description, or that stands for nothing native, is passed over. */
function addDeveloper(draft: Draft, bytes: Uint8Array, field: number, known: DeveloperFields): void {
  const size = bytes[field + 1] ?? 0;
  const at = draft.size;
  draft.size += size;
  const described = known.get(developerKey(bytes[field + 2] ?? 0, bytes[field] ?? 0));
  if (described === undefined) return;
  const { baseType, scale, offset, nativeMessage, nativeField } = described;
  if (!Number.isNaN(nativeMessage) && nativeMessage !== draft.message) return;
  const slot = draft.profile.fields.get(nativeField)?.override;
  const code = codeOf(baseType, size, draft.isBigEndian);
  if (slot === undefined || code === CODE.unread) return;
  const isAlone = ![...draft.fields, ...draft.overrides].some((other) => other.slot === slot);
  (isAlone ? draft.fields : draft.overrides).push({ at, code, slot, scale, offset });
}

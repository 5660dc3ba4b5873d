import type { SettingsChange } from '../../activities/shape-track.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS, type LimitName } from '../../domain/limits/limits.ts';

/**
 * Bodies of `PATCH`, read by hand: a refusal says in words what a name or a zone may be, and names the limit that is passed, which
 * a schema's pattern does not. Each throws `request/invalid`.
 */
export function readTrackSettings(body: unknown): SettingsChange {
  const given = membersOf(body, ['name', 'sport', 'privacyZoneM']);
  const { name, sport, privacyZoneM } = given;
  return {
    ...('name' in given && { name: name === null ? null : readText('name', name, 'nameCharacters') }),
    ...('sport' in given && { sport: sport === null ? null : readText('sport', sport, 'sportCharacters') }),
    ...('privacyZoneM' in given && { privacyZoneM: privacyZoneM === null ? null : readZone(privacyZoneM) }),
  };
}

export function readAccountSettings(body: unknown): { readonly privacyZoneM?: number } {
  const given = membersOf(body, ['privacyZoneM']);
  return 'privacyZoneM' in given ? { privacyZoneM: readZone(given.privacyZoneM) } : {};
}

function membersOf<Name extends string>(body: unknown, known: readonly Name[]): { readonly [name in Name]?: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('Send a JSON object.');
  const unknown = Object.keys(body).find((name) => !known.some((each) => each === name));
  if (unknown !== undefined) {
    throw invalid(`Only ${known.join(', ')} can be changed, not ${JSON.stringify(unknown.slice(0, 64))}.`);
  }
  return body;
}

function readText(member: string, value: unknown, limit: LimitName): string {
  if (typeof value !== 'string') throw invalid(`${member} must be a text, or null.`);
  if (/\p{Cc}|\p{Cs}/u.test(value)) throw invalid(`${member} holds a control character or half a character.`);
  const text = value.trim();
  if (text === '') throw invalid(`${member} is blank; null takes it back.`);
  const most = LIMITS[limit].value;
  if ([...value].length > most) throw invalid(`${member} is over ${most} characters.`, limit);
  return text;
}

function readZone(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw invalid('privacyZoneM must be a whole number of metres; 0 is no zone.');
  }
  const { privacyZoneLeastM, privacyZoneM } = LIMITS;
  if (value > 0 && value < privacyZoneLeastM.value) {
    throw invalid(`A zone of under ${privacyZoneLeastM.value} m hides nothing.`, 'privacyZoneLeastM');
  }
  if (value > privacyZoneM.value) throw invalid(`A zone is at most ${privacyZoneM.value} m.`, 'privacyZoneM');
  return value;
}

function invalid(detail: string, limit?: LimitName): Rejection {
  return new Rejection('request/invalid', { detail, ...(limit && { limit, limitValue: LIMITS[limit].value }) });
}

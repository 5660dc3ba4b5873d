import type { PrivacyZone } from '../privacy/zone-centre.ts';

/** What its owner says of a track, the account's defaults filled in: besides the recording, all that figures depend on. */
export interface TrackSettings {
  /** They go before what the file says; null: what the file says. */
  readonly name: string | null;
  readonly sport: string | null;
  readonly zone: PrivacyZone;
}

export function sameSettings(a: TrackSettings, b: TrackSettings): boolean {
  return a.name === b.name && a.sport === b.sport && a.zone.radiusM === b.zone.radiusM && a.zone.key === b.zone.key;
}

import { LIMITS } from '../limits/limits.ts';

/** The schema knows three sports; they get FIT's words. Some apps write more, which are passed on in that manner. */
export function sportWord(sport: string | null): string | null {
  const word = snakeCase(sport ?? '');
  return word === '' ? null : (SPORTS.get(word) ?? word.slice(0, LIMITS.sportCharacters.value));
}

/** `Manual`, `Distance`, `Location`, `Time`, `HeartRate`. */
export function triggerWord(trigger: string): string | null {
  return snakeCase(trigger).slice(0, LIMITS.sportCharacters.value) || null;
}

const SPORTS: ReadonlyMap<string, string> = new Map([
  ['biking', 'cycling'],
  ['other', 'generic'],
]);

function snakeCase(text: string): string {
  return text
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\s+/g, '_')
    .toLowerCase();
}

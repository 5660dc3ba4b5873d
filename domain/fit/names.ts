/** Words for the protocol's numbers: those that users meet. A number without a word is shown as it is. */

export function sportName(sport: number): string | null {
  return named(SPORTS, sport, 'sport');
}

/** Null for `generic`, which says nothing. */
export function subSportName(subSport: number): string | null {
  return subSport === 0 ? null : named(SUB_SPORTS, subSport, 'sub_sport');
}

/** The number of a name that `sportName` gave; null for any other. */
export function sportNumber(name: string): number | null {
  return numberOf(SPORTS, name, 'sport');
}

export function subSportNumber(name: string): number | null {
  return numberOf(SUB_SPORTS, name, 'sub_sport');
}

export function fileTypeName(type: number): string {
  return FILE_TYPES[type] ?? `file of type ${type}`;
}

/** `Garmin 1561`: makers by name, products by name where the file has it, else by the maker's number. */
export function deviceName(manufacturer: number, product: number, productName: string | null): string | null {
  const maker = Number.isNaN(manufacturer) ? null : (MAKERS[manufacturer] ?? `Maker ${manufacturer}`);
  if (productName === null) return maker && (product > 0 ? `${maker} ${product}` : maker);
  return maker === null || productName.toLowerCase().startsWith(maker.toLowerCase())
    ? productName
    : `${maker} ${productName}`;
}

export const LAP_TRIGGERS: Words = {
  0: 'manual',
  1: 'time',
  2: 'distance',
  3: 'position_start',
  4: 'position_lap',
  5: 'position_waypoint',
  6: 'position_marked',
  7: 'session_end',
  8: 'fitness_equipment',
};

type Words = Readonly<Record<number, string>>;

export function named(words: Words, number: number, kind: string): string | null {
  return Number.isNaN(number) ? null : (words[number] ?? `${kind}_${number}`);
}

/** `named` the other way round. */
export function numberOf(words: Words, name: string, kind: string): number | null {
  const found = Object.keys(words).find((number) => words[Number(number)] === name);
  const number = found ?? (name.startsWith(`${kind}_`) ? name.slice(kind.length + 1) : '');
  return /^\d+$/.test(number) ? Number(number) : null;
}

const FILE_TYPES: Words = {
  1: 'device description',
  2: 'settings file',
  3: 'sport settings file',
  4: 'activity',
  5: 'workout',
  6: 'course',
  7: 'schedule',
  9: 'weight file',
  10: 'totals file',
  11: 'goals file',
  14: 'blood pressure file',
  15: 'monitoring file',
  20: 'activity summary',
  28: 'daily monitoring file',
  32: 'monitoring file',
  34: 'segment',
  35: 'segment list',
};

const MAKERS: Words = {
  1: 'Garmin',
  15: 'Dynastream',
  23: 'Suunto',
  32: 'Wahoo',
  60: 'Rotor',
  70: 'Sigma',
  89: 'Tacx',
  95: 'Stryd',
  107: 'Magene',
  123: 'Polar',
  255: 'Development',
  258: 'Lezyne',
  260: 'Zwift',
  265: 'Strava',
  267: 'Bryton',
  282: 'The Sufferfest',
  289: 'Hammerhead',
  294: 'COROS',
};

const SPORTS: Words = words(
  'generic running cycling transition fitness_equipment swimming basketball soccer tennis american_football training ' +
    'walking cross_country_skiing alpine_skiing snowboarding rowing mountaineering hiking multisport paddling flying ' +
    'e_biking motorcycling boating driving golf hang_gliding horseback_riding hunting fishing inline_skating ' +
    'rock_climbing sailing ice_skating sky_diving snowshoeing snowmobiling stand_up_paddleboarding surfing ' +
    'wakeboarding water_skiing kayaking rafting windsurfing kitesurfing tactical jumpmaster boxing floor_climbing ' +
    'baseball',
  { 53: 'diving', 62: 'hiit', 64: 'racket', 65: 'wheelchair_push_walk', 66: 'wheelchair_push_run', 67: 'meditation' },
);

const SUB_SPORTS: Words = words(
  'generic treadmill street trail track spin indoor_cycling road mountain downhill recumbent cyclocross hand_cycling ' +
    'track_cycling indoor_rowing elliptical stair_climbing lap_swimming open_water flexibility_training ' +
    'strength_training warm_up match exercise challenge indoor_skiing cardio_training indoor_walking e_bike_fitness ' +
    'bmx casual_walking speed_walking bike_to_run_transition run_to_bike_transition swim_to_bike_transition atv ' +
    'motocross backcountry resort rc_drone wingsuit whitewater skate_skiing yoga pilates indoor_running ' +
    'gravel_cycling e_bike_mountain commuting mixed_surface',
  { 58: 'virtual_activity', 67: 'ultra', 68: 'indoor_climbing', 69: 'bouldering' },
);

/** Numbered from 0 in order, with `more` by number. */
function words(inOrder: string, more: Words): Words {
  return { ...Object.fromEntries(inOrder.split(' ').map((word, number) => [number, word])), ...more };
}

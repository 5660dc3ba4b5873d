/**
 * A small map of our own, drawn in metres east and north of one corner, so that the length of every way is known to the
 * metre. It lies in the Atlantic: nothing of it is anywhere in the world.
 */
export interface DrawnWay {
  readonly id: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Metres east and north. Ways that share a point are joined there. */
  readonly line: readonly Place[];
}

export type Place = readonly [eastM: number, northM: number];

const ON_FOOT = { foot: 'yes', bicycle: 'yes' };

/** One walk over a way of each kind, with bends; at its end 300 m where nothing is drawn, then a last road. */
const WALK: readonly DrawnWay[] = [
  way(1, { highway: 'residential', surface: 'asphalt' }, [0, 0], [400, 0]),
  way(2, { highway: 'cycleway', surface: 'asphalt', ...ON_FOOT }, [400, 0], [400, 300]),
  way(3, { highway: 'track', surface: 'gravel', ...ON_FOOT }, [400, 300], [800, 600]),
  way(4, { highway: 'path', surface: 'ground', ...ON_FOOT }, [800, 600], [800, 750], [900, 750]),
  way(5, { highway: 'steps', surface: 'concrete', ...ON_FOOT }, [900, 750], [960, 750]),
  way(6, { highway: 'footway', surface: 'paving_stones', ...ON_FOOT }, [960, 750], [960, 950]),
  way(7, { highway: 'tertiary', surface: 'asphalt' }, [960, 950], [1320, 1430]),
  way(8, { highway: 'unclassified', surface: 'compacted' }, [1560, 1610], [1880, 1850]),
];

/** What a careless matcher would take instead: side ways at every corner, and a parallel road. */
const ASTRAY: readonly DrawnWay[] = [
  way(20, { highway: 'service', surface: 'asphalt' }, [400, 0], [700, 0], [700, 200]),
  way(21, { highway: 'secondary', surface: 'asphalt' }, [0, -60], [700, -60], [700, 0]),
  way(22, { highway: 'path', surface: 'dirt', ...ON_FOOT }, [400, 300], [200, 500]),
  way(23, { highway: 'residential', surface: 'asphalt' }, [960, 950], [700, 1100]),
  way(24, { highway: 'track', surface: 'dirt', ...ON_FOOT }, [800, 600], [1000, 500]),
];

/** 240 km to the north in bends, asphalt and gravel in turns of 10 km: more than Valhalla takes at once. */
const LONG_ROAD: readonly DrawnWay[] = Array.from({ length: 24 }, (_, turn) => {
  const surface = turn % 2 === 0 ? 'asphalt' : 'gravel';
  const line = Array.from({ length: 21 }, (_, i): Place => {
    const step = turn * 20 + i;
    return [-2_000 + (step % 2) * 300, step * 400];
  });
  return way(100 + turn, { highway: 'tertiary', surface }, ...line);
});

const DRAWN_MAP: readonly DrawnWay[] = [...WALK, ...ASTRAY, ...LONG_ROAD];

/** The line of the walk, over the gap too. */
export const WALK_LINE: readonly Place[] = lineOf(WALK);
export const LONG_LINE: readonly Place[] = lineOf(LONG_ROAD);

export function wayLengthM(line: readonly Place[]): number {
  return line.slice(1).reduce((sum, [east, north], i) => {
    const [fromEast, fromNorth] = line[i] ?? [0, 0];
    return sum + Math.hypot(east - fromEast, north - fromNorth);
  }, 0);
}

const CORNER = { lat: 40, lon: -40 };
/** Metres in a degree at the corner, on WGS84; over the walk's 2 km they change by 1 in 10,000. */
const LAT_DEGREE_M = 111_034.6;
const LON_DEGREE_M = 85_393.6;

export function degreesOf([eastM, northM]: Place): { readonly lat: number; readonly lon: number } {
  const round = (degrees: number) => Math.round(degrees * 1e7) / 1e7;
  return { lat: round(CORNER.lat + northM / LAT_DEGREE_M), lon: round(CORNER.lon + eastM / LON_DEGREE_M) };
}

/** The map as OpenStreetMap's own XML. */
export function drawnMapXml(): string {
  const places = new Map<string, { id: number; place: Place }>();
  for (const place of DRAWN_MAP.flatMap(({ line }) => line)) {
    const key = place.join();
    if (!places.has(key)) places.set(key, { id: 1_000 + places.size, place });
  }
  const nodes = [...places.values()].map(({ id, place }) => {
    const { lat, lon } = degreesOf(place);
    return `<node id="${id}" version="1" lat="${lat}" lon="${lon}"/>`;
  });
  const ways = DRAWN_MAP.map(({ id, line, tags }) => {
    const refs = line.map((place) => `<nd ref="${places.get(place.join())?.id}"/>`);
    const named = Object.entries(tags).map(([k, v]) => `<tag k="${k}" v="${v}"/>`);
    return `<way id="${id}" version="1">${refs.join('')}${named.join('')}</way>`;
  });
  return `<?xml version="1.0"?>\n<osm version="0.6">\n${[...nodes, ...ways].join('\n')}\n</osm>\n`;
}

function way(id: number, tags: DrawnWay['tags'], ...line: Place[]): DrawnWay {
  return { id, tags, line };
}

function lineOf(ways: readonly DrawnWay[]): readonly Place[] {
  return ways.flatMap(({ line }) => line).filter((place, i, all) => place.join() !== all[i - 1]?.join());
}

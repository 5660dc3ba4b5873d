import { createWalk, type Fix } from './walk.ts';

export type SampleSensor = 'heartRate' | 'cadence' | 'power' | 'temperature';

export interface GenerateGpxOptions {
  readonly seed?: number;
  /** Where it goes, in place of a wandering from `start`; asked once for each point. */
  readonly walk?: () => Fix;
  readonly points?: number;
  /** Null: no times at all. */
  readonly startedAtMs?: number | null;
  readonly stepMs?: number;
  readonly start?: { readonly lat: number; readonly lon: number };
  readonly speedMs?: number;
  /** Points are shared out evenly; five minutes lie between segments. */
  readonly segments?: number;
  readonly sensors?: readonly SampleSensor[];
  readonly hasElevation?: boolean;
  readonly sport?: string | null;
  readonly name?: string;
  readonly creator?: string;
  readonly gpxVersion?: '1.0' | '1.1';
  readonly eol?: string;
  /** Spaces per level; with `decimals`, the way to reach a size. */
  readonly indent?: number;
  /** Of coordinates. */
  readonly decimals?: number;
}

/**
 * An invented recording as GPX, the same bytes for the same options. By default about 116 bytes per point; with a heart
 * rate about 240, so 100,000 points are 24 MB.
 */
export function generateGpx(options: GenerateGpxOptions = {}): Uint8Array {
  const plan = { ...DEFAULTS, ...options };
  const { seed, start, stepMs, speedMs } = plan;
  const walk = options.walk ?? createWalk({ seed, start, stepS: stepMs / 1000, speedMs });
  const writer = createWriter();
  const pointText = pointWriter(plan);
  writer.add(headText(plan));
  for (let segment = 0, point = 0; segment < plan.segments; segment++) {
    const end = Math.round((plan.points * (segment + 1)) / plan.segments);
    writer.add(line(plan, 2, '<trkseg>'));
    for (; point < end; point++) {
      const timeMs = plan.startedAtMs === null ? null : plan.startedAtMs + point * plan.stepMs + segment * GAP_MS;
      writer.add(pointText(walk(), timeMs));
    }
    writer.add(line(plan, 2, '</trkseg>'));
  }
  writer.add(line(plan, 1, '</trk>') + line(plan, 0, '</gpx>'));
  return writer.finish();
}

const GAP_MS = 300_000;

const DEFAULTS = {
  seed: 1,
  points: 2000,
  startedAtMs: Date.UTC(2026, 4, 1, 6),
  stepMs: 1000,
  start: { lat: 47.4212, lon: 10.9863 },
  speedMs: 1.4,
  segments: 1,
  sensors: [],
  hasElevation: true,
  sport: 'walking',
  name: 'Sample walk',
  creator: 'Cairn sample',
  gpxVersion: '1.1',
  eol: '\n',
  indent: 1,
  decimals: 7,
} satisfies GenerateGpxOptions;

type Plan = Required<Omit<GenerateGpxOptions, 'walk'>>;

function headText(plan: Plan): string {
  const { gpxVersion, creator, name, sport } = plan;
  const namespaces = [
    `xmlns="http://www.topografix.com/GPX/${gpxVersion.replace('.', '/')}"`,
    'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"',
  ].join(' ');
  return [
    line(plan, 0, '<?xml version="1.0" encoding="UTF-8"?>'),
    line(plan, 0, `<gpx version="${gpxVersion}" creator="${escapeXml(creator)}" ${namespaces}>`),
    line(plan, 1, '<trk>'),
    line(plan, 2, `<name>${escapeXml(name)}</name>`),
    sport === null ? '' : line(plan, 2, `<type>${escapeXml(sport)}</type>`),
  ].join('');
}

function pointWriter(plan: Plan): (fix: Fix, timeMs: number | null) => string {
  const { sensors, decimals, hasElevation } = plan;
  const inExtension = sensors.filter((sensor) => sensor !== 'power');
  return (fix, timeMs) => {
    let text = line(plan, 3, `<trkpt lat="${fix.lat.toFixed(decimals)}" lon="${fix.lon.toFixed(decimals)}">`);
    if (hasElevation) text += line(plan, 4, `<ele>${fix.eleM.toFixed(1)}</ele>`);
    if (timeMs !== null) text += line(plan, 4, `<time>${timeText(timeMs)}</time>`);
    if (sensors.length > 0) {
      text += line(plan, 4, '<extensions>');
      if (sensors.includes('power')) text += line(plan, 5, `<power>${fix.power.toFixed(0)}</power>`);
      if (inExtension.length > 0) text += line(plan, 5, `<gpxtpx:TrackPointExtension>${extension(fix, inExtension)}`);
      text += line(plan, 4, '</extensions>');
    }
    return text + line(plan, 3, '</trkpt>');
  };
}

function extension(fix: Fix, sensors: readonly SampleSensor[]): string {
  let text = '';
  if (sensors.includes('temperature')) text += `<gpxtpx:atemp>${fix.temperature.toFixed(1)}</gpxtpx:atemp>`;
  if (sensors.includes('heartRate')) text += `<gpxtpx:hr>${fix.heartRate.toFixed(0)}</gpxtpx:hr>`;
  if (sensors.includes('cadence')) text += `<gpxtpx:cad>${fix.cadence.toFixed(0)}</gpxtpx:cad>`;
  return `${text}</gpxtpx:TrackPointExtension>`;
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}

function line(plan: Plan, level: number, text: string): string {
  return `${' '.repeat(level * plan.indent)}${text}${plan.eol}`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text is turned into bytes as it grows: a hundred thousand short strings would weigh more than the file. */
const FLUSH_CHARACTERS = 262_144;

function createWriter() {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  let pending = '';
  const flush = () => {
    pieces.push(encoder.encode(pending));
    pending = '';
  };
  return {
    add(text: string) {
      pending += text;
      if (pending.length >= FLUSH_CHARACTERS) flush();
    },
    finish(): Uint8Array {
      flush();
      const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
      let at = 0;
      for (const piece of pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    },
  };
}

import { placedTrack } from '../track/positions.ts';
import { filledSegments, type Track } from '../track/track.ts';
import { fitPlane } from './fit-plane.ts';
import { type Plane, project } from './project.ts';
import { simplify } from './simplify.ts';

export interface PreviewOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly theme: PreviewTheme;
}

export type PreviewTheme = keyof typeof THEMES;

/** Line and marks stand 3:1 or more from the ground, for those who see little contrast (WCAG 1.4.11). */
const THEMES = {
  light: { ground: '#eef2ec', edge: '#ffffff', line: '#d9480f', start: '#2b8a3e', end: '#1f2937' },
  dark: { ground: '#161b22', edge: '#05080c', line: '#ff922b', start: '#51cf66', end: '#f1f3f5' },
} as const;

export const PREVIEW_THEMES = ['light', 'dark'] as const satisfies readonly PreviewTheme[];

/**
 * The line of a track as SVG, north up, without map, text, script, style sheet or anything from elsewhere; the same text
 * for the same track. Green marks the start; the end lies over it as the smaller mark, so that both show on a round trip.
 * At most about 60 kB, whatever the track.
 */
export function previewSvg(recorded: Track, { width, height, theme }: PreviewOptions): string {
  const colours = THEMES[theme];
  const unit = Math.min(Math.max(Math.min(width, height) / 140, 1.5), 4);
  const track = placedTrack(recorded);
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`;
  const ground = `<rect width="${width}" height="${height}" fill="${colours.ground}"/>`;
  const drawn = track?.lat.length
    ? route(track, fitPlane(project(track), { width, height, padding: 8 * unit }), unit, theme)
    : nothing(width, height, unit, colours.line);
  return `${head}${ground}${drawn}</svg>\n`;
}

function route(track: Track, plane: Plane, unit: number, theme: PreviewTheme): string {
  const { edge, line, start, end } = THEMES[theme];
  const stroke = 'fill="none" stroke-linejoin="round" stroke-linecap="round"';
  return [
    `<defs><path id="way" d="${pathOf(track, plane)}"/></defs>`,
    `<use href="#way" ${stroke} stroke="${edge}" stroke-width="${pixels(unit * 2.7)}"/>`,
    `<use href="#way" ${stroke} stroke="${line}" stroke-width="${pixels(unit * 1.5)}"/>`,
    mark(plane, 0, unit * 3, start, edge, unit * 0.7),
    mark(plane, track.lat.length - 1, unit * 1.8, end, edge, unit * 0.5),
  ].join('');
}

function mark({ x, y }: Plane, i: number, radius: number, fill: string, edge: string, width: number): string {
  const centre = `cx="${pixels(x[i] ?? 0)}" cy="${pixels(y[i] ?? 0)}" r="${pixels(radius)}"`;
  return `<circle ${centre} fill="${fill}" stroke="${edge}" stroke-width="${pixels(width)}"/>`;
}

/** No point has a position (indoors), or none may be seen: an empty place. */
function nothing(width: number, height: number, unit: number, colour: string): string {
  const ring = `r="${pixels(8 * unit)}" fill="none" stroke="${colour}" stroke-width="${pixels(unit)}"`;
  return `<circle cx="${width / 2}" cy="${height / 2}" ${ring} stroke-dasharray="${pixels(3 * unit)} ${pixels(2 * unit)}"/>`;
}

/** Of what is drawn; a line of 600 pixels hardly needs a tenth of it. */
const POINTS_AT_MOST = 5_000;
/** More are drawn as one line: nobody sees so many gaps. */
const SEGMENTS_AT_MOST = 1_000;
const FINEST_PIXELS = 0.25;

function pathOf(track: Track, plane: Plane): string {
  const segments = filledSegments(track);
  const drawn = segments.length <= SEGMENTS_AT_MOST ? segments : [{ from: 0, to: track.lat.length }];
  for (let tolerance = FINEST_PIXELS; ; tolerance *= 2) {
    const lines = drawn.map(({ from, to }) => simplify(plane, from, to, tolerance));
    const points = lines.reduce((sum, { length }) => sum + length, 0);
    if (points <= POINTS_AT_MOST || tolerance > COARSEST_PIXELS)
      return lines.map((line) => subpath(plane, line)).join('');
  }
}

/** Beyond the largest picture: nothing is left to be simplified. */
const COARSEST_PIXELS = 2_048;

/** A line to where it stands already makes a dot, which round caps show. */
function subpath({ x, y }: Plane, places: readonly number[]): string {
  const points = places.map((i) => `${pixels(x[i] ?? 0)} ${pixels(y[i] ?? 0)}`);
  const [first = ''] = points;
  return `M${first}L${points.slice(1).join(' ') || first}`;
}

function pixels(value: number): string {
  return String(Math.round(value * 10) / 10 || 0);
}

import type { Track } from '../../../domain/track/track.ts';
import { type WayLine, wayLinesOf } from '../../../domain/ways/line.ts';

/** The only line of a track without jumps. */
export function lineOf(track: Track): WayLine {
  const lines = wayLinesOf(track)?.lines ?? [];
  const [line] = lines;
  if (!line || lines.length > 1) throw new Error(`the track has ${lines.length} lines`);
  return line;
}

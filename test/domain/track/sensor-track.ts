import { offset, type Point, trackOf } from './track-of.ts';

const START = { lat: 47, lon: 11 };

/** Points on a line north: [seconds, metres from the start]. */
export function line(...steps: readonly (readonly [number, number])[]): Point[] {
  return steps.map(([t, m]) => ({ ...offset(START, 0, m), t }));
}

/** One fix a second at a speed, in metres a second. */
export function run(fromS: number, toS: number, fromM: number, speed: number): Point[] {
  return line(...Array.from({ length: toS - fromS + 1 }, (_, i) => [fromS + i, fromM + i * speed] as const));
}

/** A track with a heart rate for each point; NaN for none. */
export function trackWithHeart(points: readonly Point[], bpm: readonly number[]) {
  return trackOf([points], { heartRate: Float32Array.from(bpm) });
}

import type { FireGround } from './ground.ts';

export interface FireOptions {
  readonly uploads: number;
  readonly events: number;
  readonly kills: number;
  /** Between two kills, on average. */
  readonly gapS: number;
  readonly rounds: number;
  /** What is open and does not move for so long is lost. */
  readonly patienceS: number;
  readonly seed: number;
  readonly say: (what: string) => void;
}

export type FireScenario = (
  ground: FireGround,
  options: FireOptions,
) => Promise<{ readonly good: boolean; readonly figures: object }>;

import type { StripeGround } from './ground.ts';

export interface StripeRunOptions {
  readonly events: number;
  readonly outageS: number;
  readonly seed: number;
  readonly say: (what: string) => void;
}

export type StripeScenario = (
  ground: StripeGround,
  options: StripeRunOptions,
) => Promise<{ readonly good: boolean; readonly figures: object }>;

/** How much is measured. */
export interface Sizes {
  /** Before anything counts. */
  readonly warm: number;
  /** One at a time, from sending it to its end. */
  readonly idle: number;
  readonly ack1: number;
  readonly ack32: number;
  /** 32 in flight until all are done. */
  readonly drain: number;
  /** Accepted while no worker runs. */
  readonly backlog: number;
  /** In bursts, whether the ones before are answered or not. */
  readonly bursts: number;
}

export const SIZES = {
  full: { warm: 150, idle: 60, ack1: 150, ack32: 600, drain: 1_000, backlog: 500, bursts: 600 },
  /** Whether it runs at all; its figures mean nothing. */
  small: { warm: 20, idle: 5, ack1: 10, ack32: 64, drain: 64, backlog: 50, bursts: 100 },
} as const satisfies Record<string, Sizes>;

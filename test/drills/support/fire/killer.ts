import { setTimeout as pause } from 'node:timers/promises';
import type { Container } from '../../../support/topology/container.ts';
import type { Topology } from '../../../support/topology/topology.ts';

/** Kills (-9) and starts again, in an order and at moments that the seed alone decides. */
export interface Killer {
  readonly killed: ReadonlyMap<string, number>;
  /** How long each took from its start until it was well. */
  readonly startsMs: ReadonlyMap<string, readonly number[]>;
  /** The next of them. Resolves when it is dead; it comes back by itself, after a while. */
  killNext(): Promise<void>;
  /** Resolves when all are back. */
  allBack(): Promise<void>;
}

const AWAY_AT_MOST_MS = 2_000;

export function createKiller(topology: Topology, random: () => number, say: (what: string) => void): Killer {
  const killed = new Map<string, number>();
  const startsMs = new Map<string, number[]>();
  const coming = new Map<string, Promise<void>>();
  const order: Container[] = [];
  return {
    killed,
    startsMs,
    killNext: async () => {
      // Each once before anybody again; whoever is not back yet is waited for.
      if (order.length === 0) order.push(...shuffled(topology.containers(), random));
      const victim = order.shift();
      const awayMs = random() * AWAY_AT_MOST_MS;
      if (!victim) return;
      await coming.get(victim.name);
      say(`kill -9 ${victim.name}`);
      await victim.kill();
      killed.set(victim.name, (killed.get(victim.name) ?? 0) + 1);
      coming.set(
        victim.name,
        pause(awayMs).then(async () => {
          const startedAt = performance.now();
          await victim.start();
          startsMs.set(victim.name, [...(startsMs.get(victim.name) ?? []), performance.now() - startedAt]);
        }),
      );
    },
    allBack: async () => {
      await Promise.all(coming.values());
    },
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

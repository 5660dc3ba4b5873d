import { lifeOf } from '../../../support/fake-stripe/life.ts';
import type { FakeEvent, World } from '../../../support/fake-stripe/world.ts';

export const EVENTS_OF_A_LIFE = 12;
/** Customers who live at the same time: their events come mixed. */
const LIVES_AT_ONCE = 40;

export interface Traffic {
  /** The customers, by the name that `differencesOf` knows. */
  readonly names: readonly string[];
  /** The next thing that happens, to anybody; undefined when all lives are over. */
  next(): FakeEvent | undefined;
}

/** So many lives, each in its own order, mixed as drawn. */
export function createTraffic(world: World, { lives, random }: { lives: number; random: () => number }): Traffic {
  const names = Array.from({ length: lives }, (_, i) => `drill${i}`);
  const waiting = [...names];
  const living: (() => FakeEvent)[][] = [];
  return {
    names,
    next: () => {
      while (living.length < LIVES_AT_ONCE) {
        const name = waiting.shift();
        if (name === undefined) break;
        living.push([...lifeOf(world, name)]);
      }
      const at = Math.floor(random() * living.length);
      const life = living[at];
      const happen = life?.shift();
      if (life?.length === 0) living.splice(at, 1);
      return happen?.();
    },
  };
}

/** All of it at once, ahead of a measurement: each object is checked on its way into the fake, in the process that measures. */
export function drawn(traffic: Traffic): Traffic {
  const events: FakeEvent[] = [];
  for (let event = traffic.next(); event; event = traffic.next()) events.push(event);
  return { names: traffic.names, next: () => events.shift() };
}

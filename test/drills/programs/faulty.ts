import type { Loops } from '../../../platform/loops.ts';
import { moveClock } from './movable-clock.ts';

/** What a drill tells a process of its own to suffer. */
export type FaultMessage = { readonly hang: string } | { readonly clockMs: number };

/** These loops, of which any may be told to hang: its next turn never ends. */
export function hangable(loops: Loops): Loops {
  const hanging = new Set<string>();
  process.on('message', (message: FaultMessage) => {
    if ('hang' in message) hanging.add(message.hang);
    else moveClock(message.clockMs);
  });
  return {
    ...loops,
    start: (loop) =>
      loops.start({ ...loop, turn: () => (hanging.has(loop.name) ? new Promise(() => {}) : loop.turn()) }),
  };
}

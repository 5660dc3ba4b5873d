import type { Say } from './progress.ts';

/** Thrown into the sequence when it is told to stop on the way. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface Ending {
  /** Settles when somebody asks us to end. */
  readonly asked: Promise<void>;
  /** The result of `work`; rejects with `Interrupted` as soon as somebody asks us to end. */
  unless<Result>(work: Promise<Result>): Promise<Result>;
}

const PARENT_POLL_MS = 500;

/**
 * Asked by Ctrl-C and its like, or by the death of whoever started us: its channel closes, or we get another parent.
 * Asked again, nothing changes: leaving at once would leave servers behind.
 */
export function endOnSignals(say: Say): Ending {
  let ask: () => void = () => undefined;
  let wasAsked = false;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const begin = (why: string): void => {
    say(wasAsked ? 'still stopping, please wait' : `stopping (${why})`);
    wasAsked = true;
    ask();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => begin(signal));
  if (process.channel) process.on('disconnect', () => begin('the program that started this one is gone'));
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    begin('the program that started this one is gone');
  }, PARENT_POLL_MS);
  const interrupted = asked.then(() => Promise.reject(new Interrupted()));
  interrupted.catch(() => undefined);
  return { asked, unless: (work) => Promise.race([work, interrupted]) };
}

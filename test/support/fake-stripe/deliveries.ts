import { setTimeout as sleep } from 'node:timers/promises';
import { deliver } from './deliver.ts';
import type { FakeEvent } from './world.ts';

export interface Deliveries {
  /** The status of the first try, or undefined when nobody answered. Without a 2xx it is tried again, as Stripe would. */
  send(event: FakeEvent): Promise<number | undefined>;
  stop(): void;
}

/** The first wait is Cairn's restart, not Stripe's hour: this is for people who look on. Doubled each time. */
const FIRST_WAIT_MS = 1_000;
/** With doubling about 17 minutes in all. */
const TRIES_AT_MOST = 10;

/** Delivers to one endpoint, for as long as this process lives. */
export function startDeliveries(endpoint: { readonly url: string; readonly secret: string }): Deliveries {
  const stopped = new AbortController();
  const attempt = (event: FakeEvent) => deliver(endpoint.url, event, endpoint).catch(() => undefined);
  const goOn = async (event: FakeEvent): Promise<void> => {
    for (let tries = 1, waitMs = FIRST_WAIT_MS; tries < TRIES_AT_MOST; tries += 1, waitMs *= 2) {
      await sleep(waitMs, undefined, { signal: stopped.signal });
      if (isTaken(await attempt(event))) return;
    }
  };
  return {
    send: async (event) => {
      const status = await attempt(event);
      if (!isTaken(status)) goOn(event).catch(() => undefined); // stopped meanwhile
      return status;
    },
    stop: () => stopped.abort(),
  };
}

function isTaken(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

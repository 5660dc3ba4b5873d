import { setTimeout as pause } from 'node:timers/promises';

/**
 * Tells a monitor outside that work began, ended well or failed, so that its silence raises an alarm wherever this box has gone:
 * the protocol of healthchecks (`<url>/start`, `<url>`, `<url>/fail`, each with `rid`, which ties an end to its beginning).
 */
export interface DeadManPings<Name extends string> {
  /** Resolves when it was told, or could not be: a monitor that is away fails no work. Names without an address tell nobody. */
  send(name: Name, ping: Ping): Promise<void>;
}

export interface Ping {
  readonly what: 'start' | 'success' | 'fail';
  /** A uuid, the same for beginning and end. */
  readonly runId: string;
  /** For people who look at the monitor: counts and codes, nothing personal. */
  readonly text?: string;
}

export interface PingOptions<Name extends string> {
  /** Whoever knows an address can tell lies there: they are secrets, and in no log. */
  readonly urls: Readonly<Partial<Record<Name, string>>>;
  readonly log: { warn(facts: object, message: string): void };
}

/** A ping is small; a monitor that takes longer is away. Both tries together stay below the grace of a stopping worker. */
const TIMEOUT_MS = 4_000;
const TRIES = 2;
const BETWEEN_TRIES_MS = 500;

const PATHS = { start: '/start', success: '', fail: '/fail' } as const;

export function createDeadManPings<Name extends string>(options: PingOptions<Name>): DeadManPings<Name> {
  return {
    send: async (name, ping) => {
      const url = options.urls[name];
      if (url === undefined) return;
      for (let left = TRIES; left > 0; left--) {
        const problem = await attempt(url, ping);
        if (problem === undefined) return;
        if (left > 1) await pause(BETWEEN_TRIES_MS);
        else options.log.warn({ monitor: name, ping: ping.what, problem }, 'dead-man ping not taken');
      }
    },
  };
}

/** What went wrong, in words without the address. */
async function attempt(url: string, { what, runId, text = '' }: Ping): Promise<string | undefined> {
  const target = new URL(url);
  target.pathname = `${target.pathname.replace(/\/$/, '')}${PATHS[what]}`;
  target.searchParams.set('rid', runId);
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(target, { method: 'POST', body: text, signal, redirect: 'error' });
    await answer.body?.cancel();
    return answer.ok ? undefined : `status ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.name : 'no answer';
  }
}

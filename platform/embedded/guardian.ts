import type { Running } from './processes.ts';

/**
 * Tells our parent (scripts/supervise.mjs, if it is that) of a server that must not outlive us, even if we are killed
 * with -9: the parent then stops it. Without such a parent nothing is told and nothing goes wrong.
 */
export function guard<Server extends Running>(server: Server): Server {
  const { first, last, group = false } = server.stopOrder;
  tell({ type: 'server-started', pid: server.pid, signal: first, lastSignal: last, group });
  void server.ended.then(() => tell({ type: 'server-gone', pid: server.pid }));
  return server;
}

function tell(message: Readonly<Record<string, unknown>>): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

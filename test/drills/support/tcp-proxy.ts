import { createServer, connect as dial, type Socket } from 'node:net';

/**
 * What a proxy does to whoever is behind it. `hang`: connections are taken and stay, and no byte passes until that is over;
 * `reset`: all connections break, new ones at once. `latencyMs`: each piece of bytes passes that much later, either way.
 * `answersCutAt`: a connection breaks after so many bytes of its server. `onBytes` looks at what is sent to the server: the
 * connection breaks before these bytes are passed on, or after, before there is an answer.
 */
export type Toxic =
  | 'none'
  | 'hang'
  | 'reset'
  | { readonly latencyMs: number }
  | { readonly answersCutAt: () => number }
  | { readonly onBytes: (bytes: Buffer) => 'pass' | 'reset-before' | 'reset-after' };

export interface TcpProxy {
  readonly port: number;
  /** From now on, for connections that are there too. */
  suffer(toxic: Toxic): void;
  /** How often a connection was broken by it. */
  breaks(): number;
  close(): Promise<void>;
}

/** Between somebody and a server on this machine, to be a bad network from one moment to the next. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const state: ProxyState = { toxic: 'none', links: new Set(), breaks: 0 };
  const server = createServer({ allowHalfOpen: true }, (client) => link(state, client, targetPort));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the proxy has no port');
  return {
    port: address.port,
    suffer: (toxic) => {
      state.toxic = toxic;
      for (const each of state.links) each.turned();
    },
    breaks: () => state.breaks,
    close: async () => {
      for (const each of state.links) each.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface ProxyState {
  toxic: Toxic;
  readonly links: Set<Link>;
  breaks: number;
}

interface Link {
  /** The toxic is another one now. */
  turned(): void;
  cut(): void;
}

function link(state: ProxyState, client: Socket, targetPort: number): void {
  const server = dial({ host: '127.0.0.1', port: targetPort, allowHalfOpen: true });
  const cut = () => {
    state.links.delete(self);
    client.resetAndDestroy();
    server.resetAndDestroy();
  };
  const suffered = () => {
    state.breaks++;
    cut();
  };
  const self: Link = {
    cut,
    turned: () => {
      if (state.toxic === 'reset') return suffered();
      for (const socket of [client, server]) state.toxic === 'hang' ? socket.pause() : socket.resume();
    },
  };
  state.links.add(self);
  const { toxic } = state;
  let left = typeof toxic === 'object' && 'answersCutAt' in toxic ? toxic.answersCutAt() : Number.POSITIVE_INFINITY;
  pass(state, client, server, (bytes) => {
    if (typeof state.toxic !== 'object' || !('onBytes' in state.toxic)) return bytes;
    const verdict = state.toxic.onBytes(bytes);
    if (verdict === 'pass') return bytes;
    if (verdict === 'reset-before') return void suffered();
    // A reset would take from the server what it has not read yet; so only its client breaks, the server comes to its end.
    state.breaks++;
    state.links.delete(self);
    server.off('close', cut).end(bytes);
    client.off('close', cut).resetAndDestroy();
    return undefined;
  });
  pass(state, server, client, (bytes) => {
    left -= bytes.length;
    if (left > 0) return bytes;
    suffered();
    return undefined;
  });
  for (const socket of [client, server]) socket.on('error', cut).on('close', cut);
  self.turned();
}

/** What `from` says to `to`, as the toxic of the moment allows; `look` gives back what is to be passed on. */
function pass(state: ProxyState, from: Socket, to: Socket, look: (bytes: Buffer) => Buffer | undefined): void {
  const resume = () => {
    if (state.toxic !== 'hang') from.resume();
  };
  from.on('data', (chunk: Buffer) => {
    const bytes = look(chunk);
    if (!bytes) return;
    if (typeof state.toxic === 'object' && 'latencyMs' in state.toxic) {
      setTimeout(() => to.writable && to.write(bytes), state.toxic.latencyMs);
    } else if (!to.write(bytes)) {
      from.pause();
      to.once('drain', resume);
    }
  });
  from.on('end', () => to.end());
}

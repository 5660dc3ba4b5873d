import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  cuts(): number;
  close(): Promise<void>;
}

/**
 * Passes a server's bytes on and cuts each connection after a random number of them, in the middle of whatever is being
 * said; after `cutsAtMost` it passes everything. The same seed cuts at the same numbers.
 */
export async function cuttingProxy(options: {
  target: number;
  seed: number;
  cutsAtMost: number;
  bytesAtMost: number;
}): Promise<CuttingProxy> {
  const random = mulberry32(options.seed);
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: options.target });
    let left = 1 + Math.floor(random() * options.bytesAtMost);
    const end = () => {
      for (const socket of [client, upstream]) {
        socket.destroy();
        open.delete(socket);
      }
    };
    for (const socket of [client, upstream]) open.add(socket.on('error', end).on('close', end));
    client.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      if (bytes.length < left || cuts >= options.cutsAtMost) {
        left -= bytes.length;
        client.write(bytes);
        return;
      }
      cuts++;
      upstream.destroy();
      client.write(bytes.subarray(0, left), () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the proxy has no port');
  return {
    port: address.port,
    cuts: () => cuts,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A small generator that a printed number repeats. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

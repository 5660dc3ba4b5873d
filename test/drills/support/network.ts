import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** A network in front of that database; the driver itself goes around it. */
export async function between(databaseUrl: string): Promise<{ network: TcpProxy; url: string }> {
  const url = new URL(databaseUrl);
  const network = await startTcpProxy(Number(url.port));
  url.hostname = '127.0.0.1';
  url.port = String(network.port);
  return { network, url: url.href };
}

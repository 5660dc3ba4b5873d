import { type Cluster, openCluster, type Settings } from '../cluster.ts';
import { between } from '../network.ts';
import type { TcpProxy } from '../tcp-proxy.ts';

export interface NetworkedCluster {
  readonly cluster: Cluster;
  /** Between Cairn's processes and Postgres; the drill itself goes around it. */
  readonly network: TcpProxy;
  close(): Promise<void>;
}

export async function openNetworkedCluster(tree: string, settings: Settings = {}): Promise<NetworkedCluster> {
  let network: TcpProxy | undefined;
  const cluster = await openCluster(tree, async ({ databaseUrl }) => {
    const made = await between(databaseUrl);
    network = made.network;
    return { DATABASE_URL: made.url, ...settings };
  });
  const made = network;
  if (!made) throw new Error('the cluster did not ask where Postgres is');
  return {
    cluster,
    network: made,
    close: async () => {
      await cluster.stop({ keepHome: false });
      await made.close();
    },
  };
}

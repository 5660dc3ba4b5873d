import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../../platform/embedded/ports.ts';
import { services } from '../../rooms/support/compose-file.ts';

/** Where on this machine that is which docker-compose.yml names: the ports of its services, and what its volumes hold. */
export interface Machine {
  /** `temporal:7233` within the network of the containers is `127.0.0.1:20123` here. */
  readonly addresses: Map<string, string>;
  /** A path within containers, and the folder here. */
  readonly folders: ReadonlyMap<string, string>;
}

/** `published`: on the ports that the file publishes, where they are free; else anywhere, so that several can run. */
export async function reserve(options: {
  home: string;
  projectRoot: string;
  published: boolean;
  extra: readonly string[];
}): Promise<Machine> {
  const addresses = new Map<string, string>();
  for (const [name, { ports = [] }] of Object.entries(services)) {
    for (const port of ports) {
      const [, published, inside] = port.split(':');
      addresses.set(
        `${name}:${inside}`,
        `127.0.0.1:${await unused(addresses, options.published && Number(published))}`,
      );
    }
  }
  for (const name of options.extra) addresses.set(name, `127.0.0.1:${await unused(addresses, false)}`);
  const folders = new Map<string, string>();
  for (const volume of Object.values(services).flatMap(({ volumes = [] }) => volumes)) {
    const [source = '', target = ''] = volume.split(':');
    const ours = source.startsWith('./');
    const folder = ours ? path.join(options.projectRoot, source) : path.join(options.home, 'volumes', source);
    if (!ours) await mkdir(folder, { recursive: true });
    folders.set(target, folder);
  }
  return { addresses, folders };
}

/** A port that nobody listens on, and that was not given away a moment ago. */
async function unused(given: ReadonlyMap<string, string>, preferred: number | false): Promise<number> {
  for (let wished = preferred || undefined; ; wished = undefined) {
    const port = await freePort(wished);
    if (![...given.values()].includes(`127.0.0.1:${port}`)) return port;
  }
}

export function addressOf({ addresses }: Machine, inside: string): string {
  const address = addresses.get(inside);
  if (address === undefined) throw new Error(`docker-compose.yml publishes no ${inside}`);
  return address;
}

/** Addresses and paths of containers as they are on this machine. */
export function here({ addresses, folders }: Machine, text: string): string {
  const places = new Map([...addresses, ...folders, ['0.0.0.0', '127.0.0.1']]);
  const names = [...places.keys()].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // `api-1:3000`, but not as a part of `x-api-1:30001`; all at once, so that no answer is taken for another question.
  const whole = new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`, 'g');
  return text.replaceAll(whole, (name) => places.get(name) ?? name);
}

/** The environment of a container as it is here. A port that stands alone is that of the host beside it, or the container's own. */
export function environmentHere(
  machine: Machine,
  name: string,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const isHost = (key: string) => /_(?:HOST|SEEDS)$/.test(key);
  const named = [name, ...Object.entries(given).flatMap(([key, value]) => (isHost(key) ? [value] : []))];
  const portHere = (port: string) =>
    named.flatMap((service) => machine.addresses.get(`${service}:${port}`)?.split(':')[1] ?? [])[0];
  const entries = Object.entries(given).map(([key, value]) => {
    if (/(?:^|_)PORT$/.test(key)) return [key, portHere(value) ?? value];
    return [key, isHost(key) && Object.hasOwn(services, value) ? '127.0.0.1' : here(machine, value)];
  });
  return Object.fromEntries(entries);
}

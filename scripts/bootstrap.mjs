// Only Node's builtins here: this runs before node_modules exists.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.installed-from');
const lockFile = join(root, '.cache', 'install.lock');

/**
 * Makes node_modules what package-lock.json says, unless it is already; two at once wait for each other.
 * Ends the process with a clear word when Node is too old or npm fails.
 */
export async function ensureInstalled() {
  refuseOldNode();
  if (isInstalled()) return;
  await takeLock();
  try {
    if (!isInstalled()) await install();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

/** The environment without what an outer npm put there: its `--omit=dev` or `--dry-run` would leak into ours. */
export function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && name !== 'INIT_CWD'),
  );
}

async function install() {
  const startedAt = performance.now();
  console.log('Installing the dependencies that package-lock.json names (once, about 10 s) …');
  const { command, args } = npm();
  const child = spawn(command, [...args, 'ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    env: cleanEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // Should we be killed, npm goes on for a while: the lock must name the one who writes.
  if (child.pid !== undefined) writeFileSync(lockFile, String(child.pid));
  const stop = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  const how = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stop);
  if (how !== 0) fail(`The dependencies could not be installed: npm ci ended with ${how}; its words stand above.`);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wantedStamp());
  console.log(`Dependencies installed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}

function isInstalled() {
  try {
    return readFileSync(stampFile, 'utf8') === wantedStamp();
  } catch {
    return false;
  }
}

/** Native packages are chosen by Node's release too. */
function wantedStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(process.version).update(process.arch).digest('hex');
}

/** The npm that runs us, if one does; else the one on PATH. */
function npm() {
  const outer = process.env.npm_execpath ?? '';
  return outer.endsWith('npm-cli.js') ? { command: process.execPath, args: [outer] } : { command: 'npm', args: [] };
}

async function takeLock() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const mine = `${lockFile}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  for (let told = false; ; told = true) {
    if (linked(mine, lockFile)) break;
    const holder = readLock(lockFile);
    if (holder !== undefined && !isAlive(holder)) breakLock(holder);
    else if (!told) console.log(`Another installation is at work here (pid ${holder}); waiting for it …`);
    await sleep(200);
  }
  rmSync(mine);
}

/** Moves the dead holder's lock away; if somebody else was quicker and the lock is a new one, puts it back. */
function breakLock(deadHolder) {
  const aside = `${lockFile}.dead.${process.pid}`;
  try {
    renameSync(lockFile, aside);
  } catch {
    return;
  }
  if (readLock(aside) !== deadHolder) linked(aside, lockFile);
  rmSync(aside, { force: true });
}

function linked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readLock(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function refuseOldNode() {
  const floor = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace(/[^\d.]/g, '');
  const [major, minor] = floor.split('.').map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= (minor ?? 0))) return;
  fail(`Cairn needs Node ${floor} or newer; this is ${process.version} (${process.execPath}).`);
}

function fail(sentence) {
  console.error(sentence);
  rmSync(lockFile, { force: true });
  process.exit(1);
}

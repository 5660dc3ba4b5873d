import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment, isAlive, root } from './bootstrap.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** One Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 300;
const GRACE_MS = 10_000;

/**
 * Runs one Node program in a process group of its own and answers its exit code. Signals are passed on; when we or npm
 * are killed, the program notices that its channel closed; when *it* is killed, the servers that it announced
 * (platform/embedded/guardian.ts) are stopped here.
 */
export async function runInner(args) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: cleanEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const servers = new Map();
  child.on('message', (message) => {
    if (message?.type === 'server-started') servers.set(message.pid, message);
    if (message?.type === 'server-gone') servers.delete(message.pid);
  });
  passSignalsTo(child);
  const how = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  await Promise.all([...servers.values()].map(stopServer));
  if (typeof how === 'number') return how;
  console.error(`${args.at(-1)} was ended by ${how}`);
  return 1;
}

function passSignalsTo(child) {
  const lastAt = new Map();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const now = performance.now();
      if (now - (lastAt.get(signal) ?? Number.NEGATIVE_INFINITY) > SAME_SIGNAL_MS) child.kill(signal);
      lastAt.set(signal, now);
    });
  }
  // npm killed with -9 tells nobody: we only see that we have another parent.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 500);
  watch.unref();
  // A closed terminal makes every write fail; that must not keep us from ending the rest in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

async function stopServer({ pid, group, signal, lastSignal }) {
  for (const [target, next] of [
    [pid, signal],
    [group ? -pid : pid, lastSignal],
  ]) {
    if (!isAlive(pid)) return;
    try {
      process.kill(target, next);
    } catch {
      return;
    }
    for (let waited = 0; waited < GRACE_MS && isAlive(pid); waited += 50) await sleep(50);
  }
}

// Run by tests below scripts/supervise.mjs: starts a server of its own group, announces it, and waits to be killed.
import { spawn } from 'node:child_process';

const server = spawn('sleep', ['120'], { detached: true, stdio: 'ignore' });
process.send({ type: 'server-started', pid: server.pid, signal: 'SIGTERM', lastSignal: 'SIGKILL', group: true });
console.log(JSON.stringify({ inner: process.pid, server: server.pid }));
process.once('disconnect', () => {
  server.kill();
  process.exit(0);
});

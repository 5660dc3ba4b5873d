import { setTimeout as passed } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { freePort } from '../../platform/embedded/ports.ts';
import { childrenOf, statusText } from '../drills/support/children.ts';
import { BAD_FILES, type BadFile } from '../support/bad-files.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();

/** An upload of 25 MB goes to the disk and is never held in memory; 35 MB were seen (2 shared cores, Node 20.20). */
const MOST_API_GROWTH_MB = 128;
/** Of a child that reads recordings: at 768 MB it is killed; it is looked at every so often, so more may be seen. */
const MOST_CHILD_MB = 960;
const MOST_ANSWER_MS = 10_000;
/** Of the largest file on a busy machine, with others before it in the queue. */
const MOST_FINAL_MS = 60_000;
const AT_ONCE = 3;

interface Outcome {
  readonly status: number;
  readonly answerMs: number;
  /** As in the table, but for the code of the warning, of which there may be several. */
  readonly became: { readonly refused: unknown } | { readonly warned: unknown[] } | { readonly unfinished: unknown };
  readonly text: string;
}

test('every bad file, sent to a whole installation, is answered as the table says', { timeout: 600_000 }, async () => {
  await stack.loops.stop();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const settings = { CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'), PORT: String(port) };
  const [api, worker] = [spawnCairn('api', stack, settings), spawnCairn('worker', stack, settings)];
  await Promise.all([api.ready, worker.ready]);
  const peakBefore = peakMb(api.child.pid);
  const health = watchHealth(base);
  const wrong: unknown[] = [];
  let childMb = 0;
  const queue = BAD_FILES.values();
  const sender = async () => {
    for (const file of queue) {
      const outcome = await send(base, file);
      if (!isAsTold(file, outcome)) wrong.push({ name: file.name, expected: file.expected, ...outcome });
      childMb = Math.max(childMb, ...childrenOf(worker.child.pid ?? 0).map(peakMb));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  expect(wrong).toEqual([]);
  expect(await health.stop()).toEqual([200]);
  expect(peakMb(api.child.pid) - peakBefore).toBeLessThan(MOST_API_GROWTH_MB);
  expect(childMb).toBeGreaterThan(0);
  expect(childMb).toBeLessThan(MOST_CHILD_MB);
  expect([api.child.exitCode, worker.child.exitCode]).toEqual([null, null]);
  expect(await stack.query("select id from uploads where state not in ('ready', 'failed')")).toEqual([]);
});

function isAsTold({ expected }: BadFile, { status, answerMs, became, text }: Outcome): boolean {
  if (status >= 500 || answerMs > MOST_ANSWER_MS || REVEALING.test(text)) return false;
  if ('refused' in expected) return 'refused' in became && became.refused === expected.refused;
  if (!('warned' in became)) return false;
  return 'warned' in expected ? became.warned.includes(expected.warned) : became.warned.length === 0;
}

/** Paths and stacks of ours have no place in an answer; `/etc/passwd` is what some files ask for. */
const REVEALING = /node_modules|\/tmp\/|\.ts:\d|root:x:0|\n\s+at /;

async function send(base: string, { bytes }: BadFile): Promise<Outcome> {
  const startedAt = performance.now();
  const headers = { ...stack.headers, prefer: 'wait=8', 'content-type': 'application/octet-stream' };
  const answer = await fetch(`${base}/v1/uploads`, { method: 'POST', headers, body: Buffer.from(bytes()) });
  const text = await answer.text();
  const answerMs = performance.now() - startedAt;
  const told = { status: answer.status, answerMs, text };
  if (/^application\/problem\+json/.test(answer.headers.get('content-type') ?? '')) {
    return { ...told, became: { refused: JSON.parse(text).code } };
  }
  let upload = JSON.parse(text);
  while (!['ready', 'failed'].includes(upload.state)) {
    if (performance.now() - startedAt > MOST_FINAL_MS) return { ...told, became: { unfinished: upload } };
    await passed(250);
    upload = await (await fetch(`${base}/v1/uploads/${upload.id}`, { headers: stack.headers })).json();
  }
  if (upload.state === 'failed') return { ...told, became: { refused: upload.error.code } };
  return { ...told, became: { warned: upload.warnings.map(({ code }: { code: unknown }) => code) } };
}

/** The most that a process ever held. */
function peakMb(pid: number | undefined): number {
  return Number(/^VmHWM:\s*(\d+)/m.exec(statusText(pid ?? 0))?.[1] ?? 0) / 1024;
}

/** Asks all the time; gives every status that there was, and 0 for none within five seconds. */
function watchHealth(base: string): { stop(): Promise<number[]> } {
  const seen = new Set<number>();
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const answer = await fetch(`${base}/live`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
      seen.add(answer?.status ?? 0);
      await answer?.arrayBuffer();
      await passed(200);
    }
  })();
  const stop = async () => {
    isOver = true;
    await watching;
    return [...seen];
  };
  return { stop };
}

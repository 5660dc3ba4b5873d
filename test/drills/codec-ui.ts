/**
 * Drill: what an operator sees of an upload's run in the Temporal Web UI of `npm start`, in a real browser: plain text by the
 * codec endpoint, and nothing of it with a wrong token or from another origin. Run by hand: `npm run drill:codec-ui`; it needs a
 * Chromium on PATH. Prints what was seen as JSON, keeps screenshots in `--screenshots <folder>`; exits 1 when it was not so.
 */

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Connection } from '@temporalio/client';
import { type Browser, chromium, type Page } from 'playwright-core';
import { connect } from '../../db/pool.ts';
import { environment } from '../../platform/environment.ts';
import { type DevStart, devStart } from './codec-ui/dev-start.ts';

const { values } = parseArgs({ options: { screenshots: { type: 'string' } } });
const screenshots = values.screenshots ?? (await mkdtemp(path.join(tmpdir(), 'cairn-codec-ui-')));
await mkdir(screenshots, { recursive: true });

/** What only whoever opens the payloads can read. */
const PLAIN = '"inflatedBytes"';
/** What the Web UI says when the endpoint refuses. */
const REFUSED = 'Codec Server could not connect';
/** A page asks for its history, then has it opened, then shows it; a busy machine takes seconds for that. */
const SHOWN_WITHIN_MS = 60_000;

const dev = await devStart();
const browser = await openBrowser();
try {
  const url = await addressOfSample(dev);
  const right = await look(browser, url, { name: 'right-token' });
  const wrong = await look(browser, url, { name: 'wrong-token', token: 'x'.repeat(32) });
  const opened = await auditRows(dev);
  const foreign = await askFromElsewhere(browser, dev);
  console.log(JSON.stringify({ url, right, wrong, opened, foreign, screenshots }, null, 2));
  const isRight = right.plain && right.statuses.every((status) => status === 200) && opened.length > 0;
  const isWrong =
    !wrong.plain && wrong.refused && wrong.statuses.length > 0 && wrong.statuses.every((status) => status === 404);
  process.exitCode = isRight && isWrong && foreign === 'refused by the browser' ? 0 : 1;
} finally {
  await browser.close();
  await dev.stop();
}

async function openBrowser(): Promise<Browser> {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const { PATH: folders = '' } = environment();
  const found = folders.split(path.delimiter).flatMap((folder) => names.map((name) => path.join(folder, name)));
  const executablePath = found.find((file) => existsSync(file));
  if (executablePath === undefined) throw new Error(`no ${names.join(', ')} on PATH`);
  const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ];
  const args = [...flags, '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath, args, headless: true });
}

/** The run of the sample recording that `npm start` processes. */
async function addressOfSample({ temporalAddress, temporalUi }: DevStart): Promise<string> {
  const connection = await Connection.connect({ address: temporalAddress });
  const asked = { namespace: 'default', query: `CairnKind = 'upload' and CairnOutcome = 'ready'` };
  const { executions } = await connection.workflowService.listWorkflowExecutions(asked);
  await connection.close();
  const { workflowId, runId } = executions?.[0]?.execution ?? {};
  if (!workflowId || !runId) throw new Error('the sample recording has no run');
  return `${temporalUi}/namespaces/default/workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
}

interface Seen {
  readonly plain: boolean;
  readonly refused: boolean;
  /** Of the codec endpoint's answers to the page. */
  readonly statuses: readonly number[];
}

/** Opens the page; with `token`, its questions to the codec endpoint carry that one. */
async function look(browser: Browser, url: string, how: { name: string; token?: string }): Promise<Seen> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  const page = await context.newPage();
  const { token } = how;
  if (token !== undefined) {
    await page.route('**/codec/**', (route) => {
      return route.continue({
        url: route
          .request()
          .url()
          .replace(/\/codec\/[^/]+\//, `/codec/${token}/`),
      });
    });
  }
  const statuses: number[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/codec/') && response.request().method() === 'POST') statuses.push(response.status());
  });
  await page.goto(url);
  await untilShown(page);
  await page.screenshot({ path: path.join(screenshots, `${how.name}.png`) });
  const text = await page.locator('body').innerText();
  await context.close();
  return { plain: text.includes(PLAIN), refused: text.includes(REFUSED), statuses };
}

async function untilShown(page: Page): Promise<void> {
  const shown = (words: readonly string[]) => {
    const { innerText } = Object(globalThis).document.body;
    return words.some((word) => innerText.includes(word));
  };
  await page.waitForFunction(shown, [PLAIN, REFUSED], { timeout: SHOWN_WITHIN_MS });
}

async function auditRows({ databaseUrl }: DevStart): Promise<readonly object[]> {
  const db = connect(databaseUrl, { max: 1 });
  try {
    const { rows } = await db.query<{ actor: string; facts: object }>(
      `select actor, facts from ops_audit where action = 'payloads.opened' order by id`,
    );
    return rows;
  } finally {
    await db.end();
  }
}

/** A page of another origin that knows the token may send its question, and may not read the answer. */
async function askFromElsewhere(browser: Browser, { api, codecToken }: DevStart): Promise<string> {
  const page = await browser.newPage();
  await page.goto(`${api.replace('127.0.0.1', 'localhost')}/version`);
  const answer = await page.evaluate(async (url) => {
    const headers = { 'content-type': 'application/json' };
    return fetch(url, { method: 'POST', headers, body: '{"payloads":[]}' }).then(
      (response) => `answered with ${response.status}`,
      () => 'refused by the browser',
    );
  }, `${api}/codec/${codecToken}/decode`);
  await page.close();
  return answer;
}

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, inject, test } from 'vitest';
import { processUploadId } from '../../contracts/ids.ts';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
beforeAll(() => stack.startWorkers().then(() => {}));

/** Every way a text may stand in a history or a database: as it is, in base64 at each of the three alignments. */
function disguises(marker: string): string[] {
  const inner = ['', 'x', 'xx'].map((shift) => {
    const text = Buffer.from(shift + marker).toString('base64');
    return text.slice(shift.length === 0 ? 0 : 4, -4);
  });
  return [marker, ...inner];
}

function formWith(fileName: string, content: string) {
  const part = `content-disposition: form-data; name="file"; filename="${fileName}"`;
  const body = `--edge\r\n${part}\r\n\r\n${content}\r\n--edge--\r\n`;
  return { headers: { 'content-type': 'multipart/form-data; boundary=edge' }, body };
}

test('nothing of a file, its name or its faults is in the history or in the database file of Temporal', async () => {
  const marker = `planted${randomUUID().replaceAll('-', '')}`;
  const headers = { ...stack.headers, prefer: 'wait=30' };
  const query = { name: `name-${marker}`, externalId: `ext-${marker}` };
  const good = smallGpx({ name: `title-${marker}` });
  const bad = good.replace('lat="47.0000000"', `lat="${marker}"`);
  const form = formWith(`file-${marker}.gpx`, smallGpx({ name: `in-form-${marker}` }));
  const uploads = await Promise.all([
    ...[good, bad].map((payload) => stack.app.inject({ method: 'POST', url: '/v1/uploads', headers, query, payload })),
    stack.app.inject({
      method: 'POST',
      url: '/v1/uploads',
      headers: { ...headers, ...form.headers },
      payload: form.body,
    }),
  ]);
  expect(uploads.map((each) => each.statusCode)).toEqual([201, 422, 201]);
  expect(uploads[1]?.json().detail).toContain(marker); // the caller is told; Temporal is not
  const handles = uploads.map((each) => stack.client.workflow.getHandle(processUploadId(each.json().id, 1)));
  for (const handle of handles) await handle.result();
  const histories = JSON.stringify(await Promise.all(handles.map((handle) => handle.fetchHistory())));
  expect(histories).toContain(Buffer.from('binary/encrypted').toString('base64'));
  const file = inject('temporalDatabaseFile');
  const stored = await Promise.all([file, `${file}-wal`].map((each) => readFile(each).catch(() => Buffer.alloc(0))));
  expect(stored[0]?.length).toBeGreaterThan(100_000);
  expect(Buffer.concat(stored).includes(processUploadId(uploads[0]?.json().id, 1))).toBe(true); // the search can find
  for (const text of disguises(marker)) {
    expect(histories.includes(text), `${text} in the history`).toBe(false);
    expect(Buffer.concat(stored).includes(text), `${text} in the database file`).toBe(false);
  }
});

import { expect, test } from 'vitest';
import { type Child, startFixture } from './support/child.ts';

const IN_ORDER = ['http', 'loops', 'database'].flatMap((name) => [`closing ${name}`, `closed ${name}`]);

async function ready(how: string, ipc = false): Promise<Child> {
  const child = startFixture('shutdown', { args: [how], ipc });
  await child.line(/^ready$/);
  return child;
}

const closings = ({ lines }: Child) => lines.filter((line) => line.startsWith('clos'));
const logged = ({ lines }: Child) => lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s closes everything in reverse order and ends with 0',
  async (signal) => {
    const child = await ready('clean');
    child.process.kill(signal);
    expect(await child.ended).toBe(0);
    expect(closings(child)).toEqual(IN_ORDER);
    expect(logged(child)[0]).toMatchObject({ msg: 'shutdown begun', reason: signal });
  },
);

test('a second signal changes nothing: everything is closed once', async () => {
  const child = await ready('clean');
  child.process.kill('SIGTERM');
  await child.line(/^closing http$/);
  child.process.kill('SIGINT');
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe(0);
  expect(closings(child)).toEqual(IN_ORDER);
});

test('a parent that is gone ends its child in order', async () => {
  const child = await ready('clean', true);
  child.process.disconnect();
  expect(await child.ended).toBe(0);
  expect(closings(child)).toEqual(IN_ORDER);
  expect(logged(child)[0]).toMatchObject({ reason: 'parent gone' });
});

test('who asks for an end may say with which code', async () => {
  const child = await ready('asked');
  expect(await child.ended).toBe(70);
  expect(closings(child)).toEqual(IN_ORDER);
});

test.each(['failing', 'throwing'])(
  'a part that is %s is named, and the others are closed all the same',
  async (how) => {
    const child = await ready(how);
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(1);
    expect(closings(child)).toEqual(IN_ORDER);
    expect(logged(child)).toContainEqual(expect.objectContaining({ part: how, msg: 'part did not close' }));
  },
);

test('when the grace is over the process ends with 1, whatever still hangs', async () => {
  const child = await ready('slow');
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe(1);
  expect(logged(child)).toContainEqual(expect.objectContaining({ msg: 'shutdown took too long', graceMs: 300 }));
  expect(closings(child)).toEqual([]);
});

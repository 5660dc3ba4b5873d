import { expect, test } from 'vitest';
import { startFixture } from './support/child.ts';

const PLANTED = 'Tr0ub4dor3';

async function logged() {
  const child = startFixture('log', { args: [PLANTED] });
  expect(await child.ended).toBe(0);
  return { lines: child.lines, events: child.lines.map((line) => JSON.parse(line)) };
}

test('secrets and places are not in the log, wherever they stand; the event itself is', async () => {
  const { lines, events } = await logged();
  expect(lines.filter((line) => line.includes(PLANTED))).toEqual([]);
  expect(events.map((event) => event.msg)).toEqual([
    'at the top',
    'at the top too',
    'one level down',
    'in the headers of a request',
    'in an error',
    'two levels down',
    'kept',
  ]);
});

test('a line is one JSON object, whatever a value holds', async () => {
  const { events } = await logged();
  const kept = events.find((event) => event.msg === 'kept');
  expect(kept).toMatchObject({ uploadId: 'u1', distanceM: 12.5, sport: 'a\nb', level: 'info' });
  expect(kept.name).toContain('\n{"msg":"forged"}');
  expect(events.some((event) => event.msg === 'forged')).toBe(false);
});

test('every line says when, which process and which build', async () => {
  const { events } = await logged();
  for (const event of events) {
    expect(event).toMatchObject({ process: 'fixture', build: 'b7', pid: expect.any(Number) });
    expect(new Date(event.time).toISOString()).toBe(event.time);
  }
});

import { expect, test } from 'vitest';
import { isRejectionCode, REJECTIONS, Rejection, type RejectionRow } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';

const rows: readonly (readonly [string, RejectionRow])[] = Object.entries(REJECTIONS);

test.each(rows)('%s has a code, a status and sentences that can be shown', (code, { status, title, remedy }) => {
  expect(code).toMatch(/^[a-z]+\/[a-z]+(-[a-z]+)*$/);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  for (const sentence of [title, remedy]) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

test('what the caller can mend is never a 5xx, and what only we or the operator can is never a 4xx', () => {
  for (const [code, { kind, status }] of rows) {
    if (kind === 'user') expect(status, code).toBeLessThan(500);
    if (kind === 'operator' || kind === 'bug') expect(status, code).toBeGreaterThanOrEqual(500);
    if (kind === 'transient') expect([409, 503], code).toContain(status);
  }
});

test('no two refusals say the same sentence', () => {
  const titles = rows.map(([, row]) => row.title);
  expect(new Set(titles).size).toBe(titles.length);
});

test('a rejection without a detail says the sentence of its row', () => {
  const plain = new Rejection('upload/too-large', { limit: 'wireBytes', limitValue: LIMITS.wireBytes.value });
  expect(plain.message).toBe(REJECTIONS['upload/too-large'].title);
  expect(new Rejection('upload/too-large', { detail: 'It has 30 MB.' }).message).toBe('It has 30 MB.');
});

test.each(['toString', '__proto__', 'constructor', 'upload/unheard-of', '', 42, null, undefined])(
  '%s is not a code',
  (text) => expect(isRejectionCode(text)).toBe(false),
);

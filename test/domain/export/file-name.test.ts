import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attachment } from '../../../domain/export/file-name.ts';

const of = (name: string | null, startedAt: string | null = null) => attachment({ name, startedAt }, 'gpx');

test.each([
  [null, 'filename="track.gpx"'],
  ['Ride', 'filename="Ride.gpx"'],
  ['a\r\nSet-Cookie: x="1"', 'filename="a Set-Cookie- x=-1-.gpx"'],
  ['../../etc/passwd', 'filename="etc-passwd.gpx"'],
  ['.htaccess', 'filename="htaccess.gpx"'],
  ['gpx\u202efdp.exe ', 'filename="gpx fdp.exe.gpx"'],
  ['／etc', 'filename="-etc.gpx"; filename*=UTF-8\'\'%EF%BC%8Fetc.gpx'],
  ["Zoë's (1*)", "filename=\"Zoe's (1-).gpx\"; filename*=UTF-8''Zo%C3%AB%27s%20%281-%29.gpx"],
  ['山', 'filename="_.gpx"; filename*=UTF-8\'\'%E5%B1%B1.gpx'],
])('the name %j is offered as %s', (name, expected) => expect(of(name)).toBe(`attachment; ${expected}`));

test('the day stands in front', () => {
  expect(of(null, '2026-05-01T08:00:00.000Z')).toBe('attachment; filename="2026-05-01.gpx"');
});

test('whatever the name, the header is ASCII, its quotes are even, and the name is short and no path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const header = of(name, '2026-05-01T08:00:00Z');
      expect(header).toMatch(/^attachment; filename="[\x20-\x7e]+?\.gpx"(; filename\*=UTF-8''[\w!#$&+.^`|~%-]+)?$/);
      const whole = decodeURIComponent(header.split("''")[1] ?? '');
      expect(Buffer.byteLength(whole)).toBeLessThan(255);
      expect(`${whole}${header.split('"')[1]}`).not.toMatch(/[/\\\p{Cc}\p{Cf}]/u);
    }),
  );
});

import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../domain/limits/limits.ts';
import { byteAt, gpx, read, refusalOf, trkpt, utf8 } from './gpx-text.ts';

const POINT = trkpt(47, 11);

function expectOver(document: string, code: string, limit: keyof typeof LIMITS, offset: number): void {
  expect(refusalOf(document)).toMatchObject({ code, limit, offset });
}

describe('limits of a document', () => {
  test('elements may be 64 deep and not 65', () => {
    // gpx, trk and trkseg are the first three.
    const deep = (levels: number) => gpx(`${POINT}${'<x>'.repeat(levels)}${'</x>'.repeat(levels)}`);
    expect(read(deep(61)).lat).toHaveLength(1);
    const document = deep(62);
    expectOver(document, 'gpx/too-deep', 'xmlDepth', document.indexOf('</x>') - 3);
  });

  test('a million levels are refused at the 65th', () => {
    const document = `<gpx>${'<a>'.repeat(1_000_000)}`;
    expectOver(document, 'gpx/too-deep', 'xmlDepth', 5 + 63 * 3);
  });

  test('an element may have 64 attributes and not 65', () => {
    const wide = (count: number) => gpx(`${POINT}<x ${attributes(count)}/>`);
    expect(read(wide(64)).lat).toHaveLength(1);
    expectOver(wide(65), 'gpx/too-many-attributes', 'xmlAttributes', byteAt(wide(65), '<x'));
  });

  test('a hundred thousand attributes or namespaces are refused', () => {
    expectOver(`<gpx ${attributes(100_000)}/>`, 'gpx/too-many-attributes', 'xmlAttributes', 0);
    const namespaces = attributes(50_000).replaceAll(' a', ' xmlns:a');
    expectOver(`<gpx ${namespaces}/>`, 'gpx/too-many-attributes', 'xmlAttributes', 0);
  });

  test('names may have 256 bytes and not 257', () => {
    const named = (name: string) => gpx(`${POINT}<${name}/>`);
    expect(read(named('n'.repeat(256))).lat).toHaveLength(1);
    expectOver(named('n'.repeat(257)), 'gpx/name-too-long', 'xmlNameBytes', byteAt(named('n'), '<n/'));
    expectOver(named('ö'.repeat(129)), 'gpx/name-too-long', 'xmlNameBytes', byteAt(named('n'), '<n/'));
    const attribute = gpx(`${POINT}<x ${'n'.repeat(257)}="1"/>`);
    expectOver(attribute, 'gpx/name-too-long', 'xmlNameBytes', byteAt(attribute, '<x'));
  });

  test('a text may have 65,536 bytes and not one more', () => {
    const withText = (text: string) => gpx(`${POINT}<desc>${text}</desc>`);
    const at = byteAt(withText(''), '</desc>');
    expect(read(withText('x'.repeat(65_536))).lat).toHaveLength(1);
    expectOver(withText('x'.repeat(65_537)), 'gpx/text-too-long', 'xmlTextBytes', at);
    expect(read(withText('ö'.repeat(32_768))).lat).toHaveLength(1);
    expectOver(withText(`${'ö'.repeat(32_768)}x`), 'gpx/text-too-long', 'xmlTextBytes', at);
  });

  test('a text counts anew after a comment, a CDATA section or a processing instruction', () => {
    const text = 'x'.repeat(65_536);
    for (const between of ['<!-- c -->', '<![CDATA[c]]>', '<?c c?>', '<c/>', '<c>c</c>']) {
      const document = gpx(`${POINT}<desc>${text}${between}${text}</desc>`);
      expect(read(document).lat, between).toHaveLength(1);
      expect(refusalOf(document.replace('</desc>', 'x</desc>')), between).toMatchObject({
        code: 'gpx/text-too-long',
        offset: document.indexOf(between) + between.length,
      });
    }
  });

  test('a wanted text in many parts is held to the same limit', () => {
    const document = gpx(POINT, `<name>${'<![CDATA[0123456789]]>'.repeat(7000)}</name>`);
    expect(refusalOf(document).code).toBe('gpx/text-too-long');
  });

  test('an attribute may have 65,536 bytes and not one more', () => {
    const withValue = (value: string) => gpx(`${POINT}<x a="${value}"/>`);
    expect(read(withValue('v'.repeat(65_536))).lat).toHaveLength(1);
    expectOver(withValue('v'.repeat(65_537)), 'gpx/text-too-long', 'xmlTextBytes', byteAt(withValue(''), '<x'));
  });

  test.each([
    ['a text', `${gpx(POINT)}`.replace('</trkseg>', `${'x'.repeat(2_000_000)}`), 'gpx/text-too-long'],
    ['a comment', `<gpx><!--${'x'.repeat(2_000_000)}`, 'gpx/text-too-long'],
    ['a CDATA section', `<gpx><![CDATA[${'x'.repeat(2_000_000)}`, 'gpx/text-too-long'],
    ['a processing instruction', `<gpx><?x ${'x'.repeat(2_000_000)}`, 'gpx/text-too-long'],
    ['an element name', `<gpx><${'x'.repeat(2_000_000)}`, 'gpx/name-too-long'],
    ['a closing name', `<gpx></${'x'.repeat(2_000_000)}`, 'gpx/name-too-long'],
    ['an attribute name', `<gpx ${'x'.repeat(2_000_000)}`, 'gpx/name-too-long'],
    ['an attribute value', `<gpx x="${'x'.repeat(2_000_000)}`, 'gpx/text-too-long'],
    ['an entity', `<gpx>&${'x'.repeat(2_000_000)}`, 'gpx/malformed'],
    ['a reference to a character', `<gpx>&#${'0'.repeat(2_000_000)}`, 'gpx/text-too-long'],
  ])('%s without end is refused long before the end', (_, document, code) => {
    expect(refusalOf(document).code).toBe(code);
  });

  test('points stop at the limit, routes and tracks together', () => {
    const half = LIMITS.points.value / 2;
    const route = `<rte>${'<rtept lat="1" lon="2"/>'.repeat(half)}</rte>`;
    const full = gpx('<trkpt lat="1" lon="2"/>'.repeat(half), route);
    expect(read(full).lat).toHaveLength(half);
    const over = gpx(`${'<trkpt lat="1" lon="2"/>'.repeat(half)}<trkpt lat="3" lon="4"/>`, route);
    expectOver(
      over,
      'gpx/too-many-points',
      'points',
      utf8(over).length - utf8('<trkpt lat="3" lon="4"/></trkseg></trk></gpx>').length,
    );
  });
});

function attributes(count: number): string {
  return Array.from({ length: count }, (_, i) => ` a${i}="urn:${i}"`).join('');
}

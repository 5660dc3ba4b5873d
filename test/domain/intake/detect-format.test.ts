import { describe, expect, test } from 'vitest';
import { DETECT_BYTES, detectFormat } from '../../../domain/intake/detect-format.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { latin1, utf8, utf16 } from '../gpx/gpx-text.ts';

const TCX = '<?xml version="1.0"?>\n<!-- <gpx> -->\n<TrainingCenterDatabase xmlns="x">';
const kindOf = (bytes: Uint8Array) => detectFormat(bytes).kind;
const looksLike = (bytes: Uint8Array) => {
  const found = detectFormat(bytes);
  return found.kind === 'unsupported' ? found.looksLike : found.kind;
};

describe('recordings are known by their first bytes', () => {
  test('GPX in every encoding, after white space, with or without a mark', () => {
    expect(kindOf(generateGpx({ points: 20 }).subarray(0, DETECT_BYTES))).toBe('gpx');
    expect(kindOf(utf8(' \r\n\t<gpx>'))).toBe('gpx');
    expect(kindOf(utf8('\uFEFF<?xml'))).toBe('gpx');
    for (const order of ['le', 'be'] as const) {
      expect(kindOf(utf16('<?xml version="1.0"?><gpx', order))).toBe('gpx');
      expect(kindOf(utf16('\n<gpx', order, false))).toBe('gpx');
      expect(kindOf(utf16(TCX, order))).toBe('tcx');
    }
    expect(kindOf(utf8('<'))).toBe('gpx');
  });

  test('TCX by its root, FIT by its mark, gzip by its magic', () => {
    expect(kindOf(utf8(TCX))).toBe('tcx');
    expect(kindOf(utf8('<tc:TrainingCenterDatabase'))).toBe('tcx');
    expect(kindOf(utf8(`<!DOCTYPE TrainingCenterDatabase [${' '.repeat(600)}]>`))).toBe('tcx');
    expect(kindOf(latin1('\x0e\x10\xd9\x07\0\0\0\0.FIT\0\0'))).toBe('fit');
    expect(kindOf(latin1('\x0c\x10d\0\0\0\0\0.FIT'))).toBe('fit');
    expect(kindOf(latin1('\x1f\x8b\x08\0'))).toBe('gzip');
  });

  test('nothing at all is empty', () => {
    expect(detectFormat(new Uint8Array())).toEqual({ kind: 'empty' });
  });
});

describe('other files are named', () => {
  test.each([
    ['zip archive', latin1('PK\x03\x04\x14\0')],
    ['tar archive', latin1(`${'a'.repeat(257)}ustar\x0000`)],
    ['bzip2', latin1('BZh91AY')],
    ['JPEG', latin1('\xff\xd8\xff\xe0')],
    ['PNG', latin1('\x89PNG\r\n\x1a\n')],
    ['PDF', latin1('%PDF-1.7')],
    ['JSON', utf8(' {"type":"FeatureCollection"}')],
    ['KML', utf8('<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">')],
    ['HTML', utf8('<!doctype html><html>')],
    ['HTML', utf8('<HTML>')],
    ['SVG', utf8('<svg xmlns="http://www.w3.org/2000/svg">')],
    ['NMEA log', utf8('$GPGGA,123519,4807.038,N')],
    ['IGC log', utf8('AXXX001\r\nHFDTE010526')],
    [null, utf8('just some text')],
    [null, Uint8Array.of(0, 1, 2, 3)],
    [null, Uint8Array.of(0x1f)],
    [null, utf8('   ')],
  ])('%s', (name, bytes) => {
    expect(looksLike(bytes)).toBe(name);
  });
});

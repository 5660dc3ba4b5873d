import { describe, expect, test } from 'vitest';
import { GPX_1_1, gpx, read, refusalOf, trkpt, warningsOf } from './gpx-text.ts';

const GARMIN = 'http://www.garmin.com/xmlschemas/TrackPointExtension';
const POWER = 'http://www.garmin.com/xmlschemas/PowerExtension/v1';
const CLUETRUST = 'http://www.cluetrust.com/XML/GPXDATA/1/0';

/** The four sensor values of a single point; null where there is none. */
function sensorsOf(extensions: string): (number | null)[] {
  const track = read(gpx(trkpt(1, 2, `<extensions>${extensions}</extensions>`)));
  return [track.heartRate, track.cadence, track.power, track.temperature].map((column) => column?.[0] ?? null);
}

describe('GPX elements are known by namespace, whatever the prefix', () => {
  test.each([
    ['1.1 as default', `<gpx xmlns="${GPX_1_1}"><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>`],
    [
      '1.0 as default',
      `<gpx xmlns="http://www.topografix.com/GPX/1/0"><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>`,
    ],
    ['none at all', `<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>`],
    [
      'an odd prefix',
      `<ü:gpx xmlns:ü="${GPX_1_1}"><ü:trk><ü:trkseg><ü:trkpt lat="1" lon="2"/></ü:trkseg></ü:trk></ü:gpx>`,
    ],
    [
      'two prefixes for one',
      `<a:gpx xmlns:a="${GPX_1_1}" xmlns:b="${GPX_1_1}"><b:trk><a:trkseg><b:trkpt lat="1" lon="2"/></a:trkseg></b:trk></a:gpx>`,
    ],
    [
      'a prefix bound anew inside',
      `<gpx xmlns="${GPX_1_1}"><x:trk xmlns:x="${GPX_1_1}"><x:trkseg><x:trkpt lat="1" lon="2"/></x:trkseg></x:trk></gpx>`,
    ],
  ])('%s', (_, document) => {
    expect(read(document)).toMatchObject({ kind: 'track', warnings: [] });
  });

  test('elements of a foreign default namespace are no GPX', () => {
    const document = `<gpx xmlns="${GPX_1_1}"><trk xmlns="urn:other"><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>`;
    expect(refusalOf(document).code).toBe('gpx/no-points');
  });

  test('unprefixed elements under a prefixed root are no GPX', () => {
    const document = `<g:gpx xmlns:g="${GPX_1_1}"><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></g:gpx>`;
    expect(refusalOf(document).code).toBe('gpx/no-points');
  });

  test('a declaration ends with its element', () => {
    const inner = `<x:wpt xmlns:x="urn:other"/><x:trk xmlns:x="${GPX_1_1}"><x:trkseg><x:trkpt lat="1" lon="2"/></x:trkseg></x:trk>`;
    expect(read(`<gpx xmlns="${GPX_1_1}">${inner}</gpx>`).lat).toHaveLength(1);
  });

  test('an undeclared prefix is read by its local name, with a warning', () => {
    const track = read(gpx(trkpt(1, 2, '<extensions><ns3:hr>90</ns3:hr><ns3:hr2>1</ns3:hr2></extensions>')));
    expect(track.heartRate?.[0]).toBe(90);
    expect(warningsOf(track)).toEqual({ 'gpx/unbound-prefix': 2 });
    expect(read('<n:gpx><n:trk><n:trkseg><n:trkpt lat="1" lon="2"/></n:trkseg></n:trk></n:gpx>').lat).toHaveLength(1);
  });
});

describe('sensor values', () => {
  test.each([
    [
      'Garmin v1',
      `<t:TrackPointExtension xmlns:t="${GARMIN}/v1"><t:atemp>14.5</t:atemp><t:hr>121</t:hr><t:cad>80</t:cad></t:TrackPointExtension>`,
      [121, 80, null, 14.5],
    ],
    [
      'Garmin v2',
      `<q:TrackPointExtension xmlns:q="${GARMIN}/v2"><q:hr>122</q:hr><q:cad>81</q:cad><q:speed>3</q:speed></q:TrackPointExtension>`,
      [122, 81, null, null],
    ],
    ['Garmin power', `<p:PowerInWatts xmlns:p="${POWER}">250</p:PowerInWatts>`, [null, null, 250, null]],
    [
      'Cluetrust',
      `<c:hr xmlns:c="${CLUETRUST}">123</c:hr><c:cadence xmlns:c="${CLUETRUST}">82</c:cadence><c:temp xmlns:c="${CLUETRUST}">-3</c:temp>`,
      [123, 82, null, -3],
    ],
    [
      'bare in the GPX namespace',
      '<heartrate>124</heartrate><cadence>83</cadence><power>260</power><temperature>7</temperature>',
      [124, 83, 260, 7],
    ],
    ['bare in no namespace', '<power xmlns="">270</power><hr xmlns="">125</hr>', [125, null, 270, null]],
    [
      'of a stranger',
      '<x:hr xmlns:x="urn:stranger">99</x:hr><x:power xmlns:x="urn:stranger">99</x:power>',
      [null, null, null, null],
    ],
    ['Garmin name in the wrong namespace', `<p:hr xmlns:p="${POWER}">99</p:hr>`, [null, null, null, null]],
  ])('%s', (_, extensions, expected) => {
    expect(sensorsOf(extensions)).toEqual(expected);
  });

  test('in GPX 1.0 they stand in the point itself', () => {
    const point = `<trkpt lat="1" lon="2"><c:hr xmlns:c="${CLUETRUST}">130</c:hr></trkpt>`;
    const track = read(`<gpx xmlns="http://www.topografix.com/GPX/1/0"><trk><trkseg>${point}</trkseg></trk></gpx>`);
    expect(track.heartRate?.[0]).toBe(130);
  });

  test('those of a waypoint or of the whole track are not those of a point', () => {
    const head = `<wpt lat="1" lon="2"><extensions><power>1</power></extensions></wpt>`;
    const document = gpx(trkpt(1, 2), head).replace('<trk>', '<trk><extensions><power>2</power></extensions>');
    expect(read(document).power).toBeNull();
  });

  test('a missing one is NaN between others', () => {
    const track = read(gpx(trkpt(1, 2) + trkpt(1, 2, '<extensions><power>5</power></extensions>') + trkpt(1, 2)));
    expect([...(track.power ?? [])]).toEqual([Number.NaN, 5, Number.NaN]);
  });
});

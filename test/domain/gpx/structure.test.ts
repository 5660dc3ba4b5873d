import { describe, expect, test } from 'vitest';
import { gpx, read, refusalOf, trkpt, utf8, warningsOf } from './gpx-text.ts';

describe('tracks and segments', () => {
  test('every segment of every track is a segment, empty ones too', () => {
    const track = read(
      `<gpx><trk><trkseg/><trkseg>${trkpt(1, 1)}${trkpt(2, 2)}</trkseg></trk><trk><trkseg></trkseg><trkseg>${trkpt(3, 3)}</trkseg><trkseg/></trk></gpx>`,
    );
    expect([...track.segmentStarts]).toEqual([0, 0, 2, 2, 3]);
    expect([...track.lat]).toEqual([1, 2, 3]);
  });

  test('points out of place are left out and counted', () => {
    const track = read(`<gpx>${trkpt(9, 9)}<trk>${trkpt(8, 8)}<trkseg>${trkpt(1, 1)}</trkseg></trk></gpx>`);
    expect([...track.lat]).toEqual([1]);
    expect(warningsOf(track)).toEqual({ 'gpx/misplaced-point': 2 });
  });

  test('a track inside extensions is none', () => {
    const document = `<gpx><extensions><trk><trkseg>${trkpt(1, 1)}</trkseg></trk></extensions></gpx>`;
    expect(refusalOf(document).code).toBe('gpx/no-points');
  });

  test('attributes may come in any order and with any white space', () => {
    const track = read(gpx(`<trkpt\n\tlon = ' 2 '\r\n lat\n=\n"+1.50"  />`));
    expect([track.lat[0], track.lon[0]]).toEqual([1.5, 2]);
  });
});

describe('routes', () => {
  const route = (...names: string[]) =>
    names
      .map(
        (name) =>
          `<rte><name>${name}</name><rtept lat="1" lon="2"><name>x</name></rtept><rtept lat="1" lon="3"/></rte>`,
      )
      .join('');

  test('make a route where there is no track point, each a segment', () => {
    const track = read(`<gpx><trk><trkseg/></trk>${route('one', 'two')}</gpx>`);
    expect(track).toMatchObject({ kind: 'route', name: 'one' });
    expect([...track.segmentStarts]).toEqual([0, 2]);
    expect(track.lat).toHaveLength(4);
  });

  test('are left out beside a track, with a warning', () => {
    const track = read(gpx(trkpt(5, 5), route('one', 'two')));
    expect(track).toMatchObject({ kind: 'track', name: null });
    expect([...track.lat]).toEqual([5]);
    expect(warningsOf(track)).toEqual({ 'gpx/routes-ignored': 2 });
  });
});

describe('what the file says about itself', () => {
  test('the first named track gives the name, else the metadata, else the file', () => {
    const tracks = (...names: string[]) =>
      names.map((name) => `<trk>${name}<trkseg>${trkpt(1, 2)}</trkseg></trk>`).join('');
    const metadata = '<metadata><name>meta</name><author><name>me</name></author></metadata>';
    expect(
      read(`<gpx>${metadata}${tracks('<name> </name>', '<name> second </name>', '<name>third</name>')}</gpx>`).name,
    ).toBe('second');
    expect(read(`<gpx>${metadata}${tracks('')}</gpx>`).name).toBe('meta');
    expect(read(`<gpx><name>1.0</name>${tracks('')}</gpx>`).name).toBe('1.0');
    expect(read(`<gpx>${tracks('')}</gpx>`).name).toBeNull();
  });

  test('type is the sport and creator the device', () => {
    const track = read(
      `<gpx creator=" Edge 530 "><trk><type>cycling</type><trkseg>${trkpt(1, 2, '<type>x</type>')}</trkseg></trk></gpx>`,
    );
    expect(track).toMatchObject({ sport: 'cycling', device: 'Edge 530' });
  });

  test('a long name is cut between characters, with a warning', () => {
    const track = read(gpx(trkpt(1, 2)).replace('<trk>', `<trk><name>${'x'.repeat(254)}𝄞𝄞</name>`));
    expect(track.name).toBe('x'.repeat(254));
    expect(warningsOf(track)).toHaveProperty('gpx/name-cut');
  });

  test('the bytes may be a view into a larger buffer', () => {
    const bytes = utf8(gpx(trkpt(1, 2)));
    const larger = new Uint8Array(bytes.length + 100).fill(0x3c);
    larger.set(bytes, 50);
    expect(read(larger.subarray(50, 50 + bytes.length)).lat).toHaveLength(1);
  });
});

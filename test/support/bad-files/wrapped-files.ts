import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { smallGpx } from '../gpx.ts';
import { accepted, type BadFile, ofClass, refused } from './bad-file.ts';

const gpxOf = (name: string) => smallGpx({ name, points: 80 });

/** Files of other kinds, and good files in wrappings that are not. */
export function wrappedFiles(): BadFile[] {
  return [...wrongTypes(), ...compression()];
}

function wrongTypes(): BadFile[] {
  const zip = (name: string) =>
    Buffer.concat([
      Buffer.from('504b0304140000000000', 'hex'),
      Buffer.alloc(16),
      Buffer.from([name.length, 0, 0, 0]),
      Buffer.from(name),
    ]);
  const tar = (name: string, kind: string) => {
    const block = Buffer.alloc(1_024);
    block.write(name);
    block.write(kind, 156);
    block.write('/etc/passwd', 157);
    block.write('ustar', 257);
    return block;
  };
  const types: Record<string, string | Uint8Array> = {
    'a zip whose name leads out': zip('../../../etc/cron.d/x'),
    'an empty zip': Buffer.from('504b0506000000000000000000000000000000000000', 'hex'),
    'a tar whose name leads out': tar('../../x.gpx', '0'),
    'a tar with a symbolic link': tar('x.gpx', '2'),
    bzip2: Buffer.from('BZh91AY&SY'),
    xz: Buffer.from('fd377a585a000004', 'hex'),
    zstd: Buffer.from('28b52ffd2400010000', 'hex'),
    '7z': Buffer.from('377abcaf271c0004', 'hex'),
    rar: Buffer.from('Rar!\u001a\u0007\u0001'),
    JPEG: Buffer.from('ffd8ffe000104a464946', 'hex'),
    PNG: Buffer.from('89504e470d0a1a0a0000000d', 'hex'),
    GIF: 'GIF89a',
    PDF: '%PDF-1.7\n',
    SQLite: 'SQLite format 3\0',
    'a program': Buffer.from('7f454c4602010100', 'hex'),
    JSON: '{"type":"FeatureCollection","features":[]}',
    'JSON nested 100,000 deep': '['.repeat(100_000),
    HTML: '<!DOCTYPE html><html><body>Sign in</body></html>',
    KML: '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>',
    SVG: '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    NMEA: '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47',
    CSV: 'lat,lon\n47,11\n',
    'a script': '#!/bin/sh\nrm -rf /\n',
    'white space': ' \r\n\t'.repeat(1_000),
    zeros: Buffer.alloc(5_000),
    'the byte 0xFF': Buffer.alloc(5_000, 0xff),
    'a zlib stream': deflateSync(gpxOf('zlib')),
    'a raw deflate stream': deflateRawSync(gpxOf('raw deflate')),
  };
  return ofClass('wrong types', [
    refused('nothing', '', 'upload/empty-file'),
    ...Object.entries(types).map(([name, content]) => refused(name, content, 'upload/unsupported-type')),
  ]);
}

function compression(): BadFile[] {
  const zipped = gzipSync(gpxOf('zipped'));
  const changed = (where: number, byte: number) => {
    const bytes = Buffer.from(zipped);
    bytes.writeUInt8(byte, where < 0 ? bytes.length + where : where);
    return bytes;
  };
  const named = () => {
    const bytes = gzipSync(gpxOf('a name that leads out'));
    bytes.writeUInt8(8, 3);
    return Buffer.concat([bytes.subarray(0, 10), Buffer.from('../../../etc/passwd\0'), bytes.subarray(10)]);
  };
  const corrupt = (name: string, bytes: Uint8Array) => refused(name, bytes, 'upload/corrupt-gzip');
  const tooFar = (name: string, make: () => Uint8Array) => refused(name, make, 'upload/inflates-too-far');
  return ofClass('compression', [
    tooFar('a bomb of spaces', () => gzipSync(gpxOf('bomb').padEnd(20_000_000))),
    tooFar('a bomb of points', () => gzipSync(`${gpxOf('points')}${'<trkpt lat="1" lon="2"/>'.repeat(2_000_000)}`)),
    tooFar('a bomb in two members', () =>
      Buffer.concat([gzipSync(gpxOf('members')), gzipSync(Buffer.alloc(30_000_000, ' '))]),
    ),
    refused('a gzip in a gzip', gzipSync(gzipSync(gpxOf('nested'))), 'upload/nested-gzip'),
    refused('a gzip of nothing', gzipSync(''), 'upload/empty-file'),
    refused('a gzip of a zip', gzipSync(Buffer.from('504b030414000000', 'hex')), 'upload/unsupported-type'),
    refused('a gzip of a picture', gzipSync(Buffer.from('ffd8ffe000104a46', 'hex')), 'upload/unsupported-type'),
    refused('a gzip of half a GPX', gzipSync(gpxOf('half').slice(0, 3_000)), 'gpx/truncated'),
    corrupt('a gzip of two bytes', zipped.subarray(0, 2)),
    corrupt('a gzip of its header', zipped.subarray(0, 10)),
    corrupt('half a gzip', zipped.subarray(0, zipped.length / 2)),
    corrupt('a gzip without its last byte', zipped.subarray(0, -1)),
    corrupt('a gzip with another checksum', changed(-8, 1)),
    corrupt('a gzip with another length', changed(-4, 1)),
    corrupt('a gzip of an unknown method', changed(2, 9)),
    corrupt('a gzip with reserved flags', changed(3, 0xe0)),
    corrupt('a gzip with a broken block', changed(10, 0xff)),
    corrupt('a gzip with rubbish behind it', Buffer.concat([zipped, Buffer.from('rubbish')])),
    accepted(
      'a gzip of several members',
      Buffer.concat([gzipSync(gpxOf('several').slice(0, 900)), gzipSync(gpxOf('several').slice(900))]),
    ),
    accepted('a gzip whose name leads out', named()),
  ]);
}

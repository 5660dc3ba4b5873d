import { aboutFile, lapOf, records, START_S, semicircles, sessionOf, smallFit, timerEvent, walk } from '../fit.ts';
import { fitFile, localMessage } from '../fit-bytes.ts';
import { accepted, type BadFile, ofClass, refused, warned } from './bad-file.ts';

const GOOD = [...aboutFile(), ...timerEvent(0, 'start'), ...walk(0, 30)];
const WHOLE = smallFit({ points: 40 });
const PLACE = records(['timestamp', 'position_lat', 'position_long']);
const at = (s: number, lat = semicircles(47 + s / 10_000)) => PLACE.data(START_S + s, lat, semicircles(11));
const repeated =
  (bytes: readonly number[], times: number, before: readonly number[] = []) =>
  () => {
    const body = Buffer.alloc(bytes.length * times, Buffer.from(bytes));
    const announcedBytes = before.length + body.length;
    // Without a checksum: that of megabytes takes the slow one of the tests seconds.
    return Buffer.concat([fitFile(before, { announcedBytes, fileCrc: 'none' }), body, Buffer.alloc(2)]);
  };

/** Integrity, header, truncation, definitions, developer fields, timestamps, values, chains, counts. */
export function fitFiles(): BadFile[] {
  return [...integrity(), ...tails(), ...definitions(), ...times(), ...notATrack(), ...counts()];
}

function integrity(): BadFile[] {
  return [
    ...ofClass('FIT integrity', [
      refused('FIT with another checksum', smallFit({ fileCrc: 'wrong' }), 'fit/bad-checksum'),
      refused('FIT with a flipped bit in a record', flipped(400), 'fit/bad-checksum'),
      refused('FIT with both checksums wrong', smallFit({ headerCrc: 'wrong', fileCrc: 'wrong' }), 'fit/bad-header'),
      warned('FIT with a checksum of 0', smallFit({ fileCrc: 'zero' }), 'fit/no-checksum'),
      accepted('FIT whose header has another checksum', smallFit({ headerCrc: 'wrong' })),
      accepted('FIT without a checksum of its header', smallFit({ headerBytes: 12 })),
    ]),
    ...ofClass('FIT header', [
      refused('FIT of protocol 3', smallFit({ version: 0x30 }), 'fit/unsupported-version'),
      refused('FIT of protocol 15', smallFit({ version: 0xf0 }), 'fit/unsupported-version'),
      refused('FIT with a header of 13 bytes', Buffer.concat([Buffer.from([13]), WHOLE.subarray(1)]), 'fit/bad-header'),
      refused('FIT with a header of 0 bytes', Buffer.concat([Buffer.from([0]), WHOLE.subarray(1)]), 'fit/bad-header'),
      refused(
        'FIT with a header of 255 bytes',
        Buffer.concat([Buffer.from([255]), WHOLE.subarray(1)]),
        'fit/bad-header',
      ),
      warned('FIT that announces 4 GB', fitFile(GOOD, { announcedBytes: 0xffff_ffff, fileCrc: 'none' }), 'fit/damaged'),
      warned(
        'FIT that announces nothing',
        fitFile([...GOOD, ...walk(30, 33)], { announcedBytes: 0, fileCrc: 'none' }),
        'fit/damaged',
      ),
      warned(
        'FIT that announces too much, with its checksum',
        fitFile([...GOOD, ...walk(30, 34)], { announcedBytes: 99_999 }),
        'fit/wrong-size',
      ),
    ]),
  ];
}

function tails(): BadFile[] {
  const first = fitFile([...GOOD, ...walk(30, 31)]);
  return [
    ...ofClass('FIT truncation', [
      refused('FIT of 12 bytes', WHOLE.subarray(0, 12), 'fit/truncated'),
      refused('FIT of 13 bytes', WHOLE.subarray(0, 13), 'fit/truncated'),
      refused('FIT of its header', WHOLE.subarray(0, 14), 'fit/truncated'),
      refused('FIT that ends before its first record', WHOLE.subarray(0, 90), 'fit/truncated'),
      warned('FIT that ends in a record', WHOLE.subarray(0, 500), 'fit/damaged'),
      warned('FIT without its checksum', WHOLE.subarray(0, -2), 'fit/damaged'),
      warned(
        'FIT that ends in zeros',
        fitFile([...GOOD, ...new Array<number>(300).fill(0)], { fileCrc: 'none' }),
        'fit/damaged',
      ),
      warned(
        'FIT that ends in erased flash',
        fitFile([...GOOD, ...new Array<number>(300).fill(0xff)], { fileCrc: 'none' }),
        'fit/damaged',
      ),
    ]),
    ...ofClass('FIT chains', [
      warned('FIT with rubbish behind it', Buffer.concat([first, Buffer.from('rubbish')]), 'fit/damaged'),
      warned('FIT with a torn second file', Buffer.concat([first, WHOLE.subarray(0, 400)]), 'fit/damaged'),
      refused('FIT with a damaged second file', Buffer.concat([first, flipped(420)]), 'fit/bad-checksum'),
      refused('FIT with a torn first file', Buffer.concat([fitFile(GOOD.slice(0, -3)), WHOLE]), 'fit/bad-definition'),
      refused('FIT of 65 files', () => Buffer.concat(Array.from({ length: 65 }, () => first)), 'fit/too-many-messages'),
      accepted('FIT of 64 files', () => Buffer.concat(Array.from({ length: 64 }, () => first))),
      accepted('FIT padded with zeros', Buffer.concat([first, Buffer.alloc(37)])),
    ]),
  ];
}

function definitions(): BadFile[] {
  /** A definition of `record` by raw fields (number, size, base type), with data of the same size. */
  const defined = (fields: readonly (readonly number[])[], developer: readonly (readonly number[])[] = []) => {
    const size = [...fields, ...developer].reduce((sum, [, bytes = 0]) => sum + bytes, 0);
    const own = developer.length > 0 ? [developer.length, ...developer.flat()] : [];
    const definition = [developer.length > 0 ? 0x67 : 0x47, 0, 0, 20, 0, fields.length, ...fields.flat(), ...own];
    return fitFile([...GOOD, ...definition, 7, ...new Array<number>(size).fill(1), ...walk(30, 32)]);
  };
  const odd = (name: string, fields: readonly (readonly number[])[], developer: readonly (readonly number[])[] = []) =>
    warned(name, defined(fields, developer), 'fit/no-position');
  const many = Array.from({ length: 255 }, (_, number) => [number, 1]);
  return [
    ...ofClass('FIT definitions', [
      refused('FIT with a message that nobody defined', fitFile([...GOOD, 0x0d, 1, 2, 3]), 'fit/undefined-message'),
      refused('FIT with a definition of no byte order', fitFile([...GOOD, 0x40, 0, 2, 20, 0, 0]), 'fit/bad-definition'),
      warned('FIT that ends in a definition', fitFile([...GOOD, 0x40, 0, 0, 20, 0, 200, 1]), 'fit/damaged'),
      odd(
        'FIT with fields of no bytes',
        [0, 1, 253].map((number) => [number, 0, 0x86]),
      ),
      odd(
        'FIT with fields of 255 bytes',
        [0x0d, 0x07, 0x86].map((type, k) => [200 + k, 255, type]),
      ),
      warned('FIT with 255 fields', defined(many.map((field) => [...field, 0x02])), 'fit/time-without-date'),
      odd(
        'FIT with a position of one byte',
        [0, 1].map((number) => [number, 1, 0x85]),
      ),
      odd(
        'FIT with a position in words',
        [0, 1].map((number) => [number, 9, 0x07]),
      ),
      odd('FIT with base types that do not exist', [
        [3, 1, 0xff],
        [4, 1, 0x5e],
      ]),
      odd(
        'FIT with the same field three times',
        [1, 2, 3].map(() => [3, 1, 0x02]),
      ),
      refused('FIT that defines without end', repeated(PLACE.definition, 100_001, GOOD), 'fit/too-many-messages'),
    ]),
    ...ofClass('FIT developer fields', [
      odd(
        'FIT with a developer that nobody described',
        [[3, 1, 0x02]],
        [
          [0, 4, 9],
          [1, 255, 9],
        ],
      ),
      odd(
        'FIT with 255 fields of developers',
        [],
        many.map(([number = 0, size = 0]) => [number, size, number]),
      ),
    ]),
  ];
}

function times(): BadFile[] {
  const placed = (data: readonly number[]) => fitFile([...aboutFile(), ...PLACE.definition, ...data]);
  const compact = records(['position_lat', 'position_long']);
  const forever = compact.compressed(31, semicircles(47), semicircles(11));
  return [
    ...ofClass('FIT timestamps', [
      warned(
        'FIT of compressed times without a first one',
        repeated(forever, 50_000, [...aboutFile(), ...compact.definition]),
        'fit/no-checksum',
      ),
      warned(
        'FIT that counts from its start',
        placed([PLACE.data(5_000, semicircles(47), 0), PLACE.data(5_001, semicircles(48), 0)].flat()),
        'fit/time-without-date',
      ),
      warned('FIT of tomorrow', placed([...at(0), ...at(900_000_000)]), 'fit/implausible-time'),
      warned('FIT with time running backwards', placed([9, 8, 7, 6].flatMap((s) => at(s))), 'fit/time-backwards'),
      accepted('FIT with one and the same time', placed([...at(0), ...at(0), ...at(0)])),
    ]),
    ...ofClass('FIT values', [
      warned('FIT beyond the pole', placed([...at(0), ...at(1, semicircles(91))]), 'fit/bad-position'),
      warned('FIT at 0/0', placed([...at(0), ...PLACE.data(START_S + 1, 0, 0)]), 'fit/bad-position'),
      warned('FIT with half a position', placed([...at(0), ...PLACE.data(START_S + 1, null, 7)]), 'fit/bad-position'),
      warned(
        'FIT with nothing in its records',
        placed(Array.from({ length: 30 }, () => PLACE.data(null, null, null)).flat()),
        'fit/no-position',
      ),
    ]),
  ];
}

function notATrack(): BadFile[] {
  const types = { settings: 2, workout: 5, schedule: 7, totals: 10, 'blood pressure': 14, 'unknown kind': 77 };
  return ofClass('not a track', [
    ...Object.entries(types).map(([name, type]) =>
      refused(`FIT of ${name}`, fitFile(aboutFile({ type })), 'fit/not-an-activity'),
    ),
    refused('FIT without records', fitFile([...aboutFile(), ...lapOf({ from: 0, to: 9 })]), 'fit/no-points'),
    refused('FIT without messages', fitFile([]), 'fit/no-points'),
  ]);
}

function counts(): BadFile[] {
  const short = [{ number: 200, type: 'uint8' as const }];
  const tiny = (message: number) => localMessage(0, message, short).definition;
  return ofClass('counts', [
    refused('FIT with a record too many', repeated([0, 7], 1_000_001, tiny(20)), 'fit/too-many-points'),
    refused('FIT with a message too many', repeated([0, 7], 10_000_001, tiny(500)), 'fit/too-many-messages'),
    refused('FIT with a lap too many', repeated(lapOf({ from: 0, to: 1 }), 10_001, GOOD), 'fit/too-many-messages'),
    refused(
      'FIT with a session too many',
      repeated(sessionOf({ from: 0, to: 1 }), 1_001, GOOD),
      'fit/too-many-messages',
    ),
    refused('FIT with a stop too many', repeated(timerEvent(0, 'stop'), 50_001, GOOD), 'fit/too-many-messages'),
    warned(
      'FIT of 2 MB in messages of two bytes',
      repeated([0, 7], 1_000_000, [...GOOD, ...tiny(500)]),
      'fit/no-checksum',
    ),
  ]);
}

/** The whole file with one bit of another value. */
function flipped(where: number): Buffer {
  const bytes = Buffer.from(WHOLE);
  bytes.writeUInt8(bytes.readUInt8(where) ^ 0x10, where);
  return bytes;
}

import { expect, test } from 'vitest';
import { createRecordingReader } from '../../activities/read-recording.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import { job, testBlobs } from './support.ts';

const { folder, plant } = await testBlobs();
const POINT = '<trkpt lat="47" lon="11"/>';

function gpxOf(points: number): string {
  return `<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${POINT.repeat(points)}</trkseg></trk></gpx>`;
}

/**
 * The child may take 768 MB before it is killed, so "too many points" and not "memory limit" is the proof: the cap on
 * points comes before the memory they would take. Twice, since the second time the first one's garbage may be there.
 */
test('a file of more points than are allowed is refused by their number, not by the memory that they take', async () => {
  const reader = createRecordingReader({ blobDir: folder, processes: 1 });
  try {
    const key = await plant(gpxOf(LIMITS.points.value + 1_000));
    for (const time of ['first', 'second']) {
      const error = await reader.read(job(key)).catch((thrown: unknown) => thrown);
      expect(error, time).toBeInstanceOf(Rejection);
      expect(error).toMatchObject({
        code: 'gpx/too-many-points',
        facts: { limit: 'points', limitValue: LIMITS.points.value },
      });
    }
  } finally {
    await reader.close();
  }
});

import { expect, test } from 'vitest';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { canaryRecording } from '../../../domain/sample/canary.ts';

const derivedM = (bytes: Uint8Array) =>
  deriveRecording(bytes, { format: 'gpx', receivedAtMs: Date.UTC(2026, 10, 21) }).statistics.distanceM;

test('of every slot the pipeline finds the distance that was built into it, within 5 cm', () => {
  const distances = new Set<number>();
  for (let i = 0; i < 300; i++) {
    const { bytes, distanceM } = canaryRecording({ slotMs: Date.UTC(2026, 10, 21) + i * 300_000, mark: 'm' });
    expect(Math.abs(Number(derivedM(bytes)) - distanceM)).toBeLessThan(0.05);
    distances.add(distanceM);
  }
  expect(distances.size, 'an old answer would be noticed').toBeGreaterThan(80);
});

test('the mark alone makes other bytes, of the same way', () => {
  const [one, other] = ['a', 'b'].map((mark) => canaryRecording({ slotMs: 0, mark }));
  expect(one?.bytes).not.toEqual(other?.bytes);
  expect(one?.distanceM).toBe(other?.distanceM);
});

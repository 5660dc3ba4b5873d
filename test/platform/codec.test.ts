import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CodecError, encryptionCodec } from '../../platform/temporal/codec.ts';
import { decodeForUi, encodeForUi } from '../../platform/temporal/codec-endpoint.ts';
import { parseCodecKeys } from '../../platform/temporal/keyring.ts';

const [one, two] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const before = encryptionCodec(parseCodecKeys(`k1:${one}`));
const after = encryptionCodec(parseCodecKeys(`k2:${two},k1:${one}`));
const alone = encryptionCodec(parseCodecKeys(`k2:${two}`));

const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const opened = (payload: Payload | undefined): unknown => payload && defaultPayloadConverter.fromPayload(payload);
const seal = async (value: unknown): Promise<Payload> => (await before.encode([payloadOf(value)]))[0] ?? {};

test('whatever is sealed is opened again, metadata included', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), async (values) => {
      const payloads = values.map(payloadOf);
      const after = await before.decode(await before.encode(payloads));
      expect(after.map(opened)).toEqual(payloads.map(opened));
    }),
    { numRuns: 50 },
  );
});

test('a sealed payload shows nothing of what is in it', async () => {
  const sealed = await seal({ uploadId: 'planted-secret' });
  const bytes = Buffer.concat([sealed.data ?? Buffer.alloc(0), ...Object.values(sealed.metadata ?? {})]);
  expect(bytes.toString('latin1')).not.toContain('planted-secret');
  expect(Object.keys(sealed.metadata ?? {}).sort()).toEqual(['encoding', 'encryption-key-id']);
});

test('the same value twice looks different', async () => {
  const [first, second] = [await seal('same'), await seal('same')];
  expect(Buffer.from(first.data ?? []).equals(Buffer.from(second.data ?? []))).toBe(false);
});

test('after a rotation old payloads open, and new ones are sealed with the new key', async () => {
  expect(opened((await after.decode([await seal('old')]))[0])).toBe('old');
  const fresh = await after.encode([payloadOf('new')]);
  expect(Buffer.from(fresh[0]?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('k2');
  expect(opened((await alone.decode(fresh))[0])).toBe('new');
});

test('a key that was taken away too early is named', async () => {
  await expect(alone.decode([await seal('old')])).rejects.toThrow('no codec key "k1" in CAIRN_CODEC_KEYS');
  await expect(alone.decode([await seal('old')])).rejects.toBeInstanceOf(CodecError);
});

test('a payload with any byte flipped, or cut off anywhere, is refused by name', async () => {
  const sealed = await seal('untouched');
  const bytes = Buffer.from(sealed.data ?? []);
  const changed = [...bytes.keys()].flatMap((at) => {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return [flipped, bytes.subarray(0, at)];
  });
  for (const data of changed) {
    await expect(before.decode([{ ...sealed, data }]), `${data.length} bytes`).rejects.toBeInstanceOf(CodecError);
  }
});

test('a payload cannot be moved to another key id', async () => {
  const twins = encryptionCodec(parseCodecKeys(`k1:${one},twin:${one}`));
  const sealed = await seal('mine');
  const metadata = { ...sealed.metadata, 'encryption-key-id': Buffer.from('twin') };
  await expect(twins.decode([{ ...sealed, metadata }])).rejects.toThrow('was changed');
});

test('plaintext passes through, so that recorded histories replay', async () => {
  const plain = payloadOf({ uploadId: 'u' });
  expect(await before.decode([plain])).toEqual([plain]);
});

test('the Web UI gets the same in base64', async () => {
  const ring = parseCodecKeys(`k1:${one}`);
  const shown = [{ metadata: { encoding: b64('json/plain') }, data: b64('{"run":1}') }];
  const sealed = await encodeForUi(ring, shown);
  expect(sealed[0]?.metadata).toMatchObject({ encoding: b64('binary/encrypted') });
  expect(await decodeForUi(ring, sealed)).toEqual(shown);
});

function b64(text: string): string {
  return Buffer.from(text).toString('base64');
}

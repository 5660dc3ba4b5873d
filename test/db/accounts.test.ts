import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKey, keyWorks } from '../../cli/keys.ts';
import { accountIdFor } from '../../db/accounts.ts';
import { apiKeysByAge, findLiveApiKey, insertApiKey, revokeApiKey } from '../../db/api-keys.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();

test('fifty at once who ask for the same new account get one', async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, () => accountIdFor(db, 'crowd')));
  expect(new Set(ids).size).toBe(1);
  expect(await query(`select id from accounts where external_id = 'crowd'`)).toEqual([{ id: ids[0] }]);
});

test('an account is found again, and other ids are other accounts', async () => {
  const id = await accountIdFor(db, 'ann');
  expect(await accountIdFor(db, 'ann')).toBe(id);
  expect(await accountIdFor(db, 'Ann')).not.toBe(id);
});

test('a key that was made works, is found with its account, and only its hash is kept', async () => {
  const { id, key } = await createKey(db, { kind: 'account', accountExternalId: 'ann', name: 'phone' });
  expect(await keyWorks(db, key)).toBe(true);
  expect(await findLiveApiKey(db, id)).toMatchObject({
    kind: 'account',
    accountId: await accountIdFor(db, 'ann'),
    accountExternalId: 'ann',
  });
  const secret = key.split('_')[3]?.slice(0, 32);
  const [row] = await query<{ row: string }>('select k::text as row from api_keys k where id = $1', [id]);
  expect(row?.row).not.toContain(secret);
  expect(row?.row).not.toContain(Buffer.from(secret ?? '').toString('hex'));
});

test('a changed secret does not work', async () => {
  const [one, two] = [
    await createKey(db, { kind: 'site', name: 'a' }),
    await createKey(db, { kind: 'site', name: 'b' }),
  ];
  expect(await keyWorks(db, one.key.replace(one.id, two.id))).toBe(false);
  expect(await keyWorks(db, '')).toBe(false);
});

test('a revoked key stops at once, and can be revoked once', async () => {
  const { id, key } = await createKey(db, { kind: 'operator', name: 'night shift' });
  expect(await revokeApiKey(db, id)).toBe(true);
  expect(await keyWorks(db, key)).toBe(false);
  expect(await revokeApiKey(db, id)).toBe(false);
  expect(await revokeApiKey(db, 'never-made')).toBe(false);
});

test('an expired key is not live; one that expires later is', async () => {
  const keyUntil = (expiresAt: Date) => createKey(db, { kind: 'site', name: 'short', expiresAt });
  expect(await keyWorks(db, (await keyUntil(new Date(Date.now() - 1_000))).key)).toBe(false);
  expect(await keyWorks(db, (await keyUntil(new Date(Date.now() + 3_600_000))).key)).toBe(true);
});

test('all keys are listed by age, dead ones too, without anything secret', async () => {
  const { id } = await createKey(db, { kind: 'site', name: 'last' });
  const listed = await apiKeysByAge(db);
  expect(listed.at(-1)).toMatchObject({ id, kind: 'site', account: null, name: 'last', revokedAt: null });
  expect(listed.some((key) => key.revokedAt !== null)).toBe(true);
  expect(Object.keys(listed[0] ?? {})).not.toContain('secretHash');
});

test('only account keys have an account, and they always do', async () => {
  await expect(createKey(db, { kind: 'account', name: 'x' })).rejects.toThrow('needs --account');
  await expect(createKey(db, { kind: 'site', accountExternalId: 'ann', name: 'x' })).rejects.toThrow('takes no');
  const row = { id: randomUUID(), accountId: null, name: 'x', secretHash: Buffer.alloc(32), expiresAt: null };
  await expect(insertApiKey(db, { ...row, kind: 'account' })).rejects.toThrow('check constraint');
});

import { expect, inject, test } from 'vitest';
test('x', async () => { console.log(inject('databaseUrl'), inject('temporalAddress'), inject('temporalDatabaseFile')); expect(1).toBe(1); await new Promise((r)=>setTimeout(r, 3000)); });

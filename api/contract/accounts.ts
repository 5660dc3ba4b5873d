import { type OperationContract, ROWS_ONLY } from './operation.ts';

const ACCOUNT = { account: 'person-4711', privacyZoneM: 400, staleTracks: 0 } as const;

export const ACCOUNTS: Readonly<Record<string, OperationContract>> = {
  getAccount: { degraded: ROWS_ONLY, refusals: [], examples: { answers: { 200: ACCOUNT } } },
  changeAccount: {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid'],
    examples: {
      bodies: { 'application/json': { privacyZoneM: 400 } },
      answers: { 200: { ...ACCOUNT, staleTracks: 311 } },
    },
  },
};

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { accountSettings, setAccountZone } from '../../db/accounts.ts';
import type { Pool } from '../../db/pool.ts';
import { problems } from '../schemas.ts';
import { ACCOUNT_SETTINGS_DOCUMENTATION } from '../tracks/documentation.ts';
import { readAccountSettings } from '../tracks/read-settings.ts';

const AccountSchema = Type.Object({
  account: Type.String({ description: "The site's own id." }),
  privacyZoneM: Type.Integer({ description: 'Metres, for tracks that have none of their own; 0 is none.' }),
  staleTracks: Type.Integer({ description: 'Tracks that wait to be made again with this zone.' }),
});

/** What holds for all of an account's tracks. */
export const accountRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  app.removeContentTypeParser('text/plain');
  app.get(
    '/v1/account',
    {
      config: { access: 'account' },
      schema: {
        operationId: 'getAccount',
        summary: 'The account of the caller',
        tags: ['accounts'],
        response: { 200: AccountSchema, ...problems(400, 401, 403, 503) },
      },
    },
    ({ accountId }) => accountSettings(db, accountId),
  );

  app.patch(
    '/v1/account',
    {
      config: { access: 'account', documentation: ACCOUNT_SETTINGS_DOCUMENTATION },
      schema: {
        operationId: 'changeAccount',
        summary: 'The privacy zone of all tracks that have none of their own',
        description: `Holds from the answer on, for tracks that are there and for those that come. Those that are there are made
again in the background, ten a second at most; \`staleTracks\` says how many are left. One that is asked for meanwhile is made
first; lists leave out its start, end and bounds until then.`,
        tags: ['accounts'],
        response: { 200: AccountSchema, ...problems(400, 401, 403, 415, 503) },
      },
    },
    async ({ accountId, body, log }) => {
      const { privacyZoneM } = readAccountSettings(body);
      if (privacyZoneM !== undefined) await setAccountZone(db, accountId, privacyZoneM);
      const account = await accountSettings(db, accountId);
      log.info({ privacyZoneM, staleTracks: account.staleTracks }, 'account changed');
      return account;
    },
  );
};

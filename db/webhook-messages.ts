import type { WebhookType } from '../contracts/webhooks.ts';
import type { Tx } from './pool.ts';

export interface NewMessage {
  readonly type: WebhookType;
  /** Of what it tells. While the message is kept, a second one under the same key is none. */
  readonly key: string;
  /** Our id of whom it is about; null: nobody. The site gets its own id for them. */
  readonly account: string | null;
  /** What the site gets besides: ids, codes and dates. */
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * A message to the site, in the transaction of what it tells: it exists if and only if that was committed. Its id; undefined
 * when nothing was written: there is no endpoint, it was told before, or it is about the canary.
 */
export async function recordMessage(tx: Tx, { type, key, account, data }: NewMessage): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into webhook_messages (type, key, account_id, data)
     select $1, $2, a.id, jsonb_build_object('account', a.external_id) || $4::jsonb
       from (select $3::uuid as asked) given left join accounts a on a.id = asked
      where ${SOMEBODY_LISTENS} and (asked is null or a.kind = 'person')
     on conflict (key) do nothing returning id`,
    [type, key, account, JSON.stringify(data)],
  );
  return rows[0]?.id;
}

/** Without an endpoint nothing is written: whoever sets one is told of what happens from then on. */
const SOMEBODY_LISTENS = 'exists (select from webhook_endpoint)';

/** SQL of a further part of the statement that ends the runs `ended` (rows of uploads): the site is told in that very statement. */
export const TOLD_ENDS = told(
  'ended',
  `case when failure is null then 'track.ready' else 'track.failed' end`,
  `u.id || ':' || u.run`,
  `jsonb_build_object('uploadId', u.id, 'trackId', u.track_id, 'externalId', u.external_id, 'run', u.run)
     || case when failure is null then '{}'::jsonb else jsonb_build_object('error', jsonb_build_object('code', failure -> 'code')) end`,
  'true',
);

/** The same of uploads that are `gone`, as far as there was a track: the site may have kept its id. */
export const TOLD_DELETIONS = told(
  'gone',
  `'track.deleted'`,
  'u.id',
  `jsonb_build_object('uploadId', u.id, 'trackId', t.id, 'externalId', u.external_id)`,
  't.id is not null',
);

function told(rows: string, type: string, key: string, data: string, condition: string): string {
  return `told as (
    insert into webhook_messages (type, key, account_id, data, trace_parent)
    select ${type}, ${type} || ':' || ${key}, a.id, jsonb_build_object('account', a.external_id) || ${data}, u.trace_parent
      from ${rows} u join accounts a on a.id = u.account_id left join tracks t on t.upload_id = u.id
     where ${SOMEBODY_LISTENS} and a.kind = 'person' and ${condition}
    on conflict (key) do nothing)`;
}

import type { Db, Tx } from './pool.ts';

export interface WebhookEndpoint {
  readonly url: string;
  readonly enabled: boolean;
  readonly disabledBecause: 'gone' | 'operator' | null;
  readonly secretSince: Date;
  /** Whether the secret before still signs too. */
  readonly rotating: boolean;
  readonly failingSince: Date | null;
  readonly deliveredAt: Date | null;
  readonly restUntil: Date | null;
  readonly createdAt: Date;
}

const SHOWN = `url, enabled, disabled_because as "disabledBecause", secret_since as "secretSince", previous_secret is not null as rotating,
  failing_since as "failingSince", delivered_at as "deliveredAt", rest_until as "restUntil", created_at as "createdAt"`;

export async function findEndpoint(db: Db): Promise<WebhookEndpoint | undefined> {
  const { rows } = await db.query<WebhookEndpoint>(`select ${SHOWN} from webhook_endpoint`);
  return rows[0];
}

/**
 * Sets the URL; the secret is taken only when there was no endpoint before. Whether there was none. What was gone is so no more
 * at another address; what an operator disabled stays disabled.
 */
export async function putEndpoint(tx: Tx, { url, secret }: { url: string; secret: string }): Promise<boolean> {
  const { rows } = await tx.query<{ created: boolean }>(
    `insert into webhook_endpoint as e (url, secret) values ($1, $2)
     on conflict (single) do update
        set url = excluded.url, failing_since = null, rest_until = null,
            enabled = e.enabled or e.disabled_because = 'gone' and e.url <> excluded.url,
            disabled_because = case when e.disabled_because = 'gone' and e.url <> excluded.url then null else e.disabled_because end
     returning e.xmax = 0 as created`,
    [url, secret],
  );
  return rows[0]?.created === true;
}

/** From now on both sign, the new one first; an older one no more. False: there is no endpoint. */
export async function rotateSecret(tx: Tx, secret: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update webhook_endpoint set previous_secret = secret, secret = $1, secret_since = now()',
    [secret],
  );
  return rowCount === 1;
}

/** Ends a rotation. False: there is no endpoint. */
export async function retireSecret(tx: Tx): Promise<boolean> {
  const { rowCount } = await tx.query('update webhook_endpoint set previous_secret = null');
  return rowCount === 1;
}

/** Disabled, messages wait. Enabled, what waits is due from now on, and is sent. False: there is no endpoint. */
export async function setEnabled(tx: Tx, enabled: boolean): Promise<boolean> {
  if (enabled)
    await tx.query(`update webhook_messages set due_at = now() where dispatch_at is not null and due_at < now()`);
  const { rowCount } = await tx.query(
    `update webhook_endpoint set enabled = $1, disabled_because = case when $1 then null else coalesce(disabled_because, 'operator') end,
            failing_since = case when $1 then null else failing_since end, rest_until = null`,
    [enabled],
  );
  return rowCount === 1;
}

/** The address took a message. Written at most every ten seconds: each delivery would wait for this one row. */
export async function noteSuccess(tx: Tx, url: string): Promise<void> {
  await tx.query(
    `update webhook_endpoint set failing_since = null, rest_until = null, delivered_at = now()
      where url = $1 and (failing_since is not null or rest_until is not null or delivered_at is null
                          or delivered_at < now() - interval '10 seconds')`,
    [url],
  );
}

/** It did not, and wants to be left alone for `restS`. Of what was sent to an address before, nothing is noted. */
export async function noteFailure(tx: Tx, { url, restS }: { url: string; restS: number }): Promise<void> {
  await tx.query(
    `update webhook_endpoint set failing_since = coalesce(failing_since, now()),
            rest_until = case when $2::float > 0 then greatest(rest_until, now() + make_interval(secs => $2)) else rest_until end
      where url = $1 and (failing_since is null or $2::float > 0)`,
    [url, restS],
  );
}

/** It said that it is gone: nothing is sent there until an operator enables it. False: it is another address by now. */
export async function disableGone(tx: Tx, url: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update webhook_endpoint set enabled = false, disabled_because = 'gone' where url = $1 and enabled`,
    [url],
  );
  return rowCount === 1;
}

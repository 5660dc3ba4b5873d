import type { Db } from '../../db/pool.ts';
import { findEndpoint } from '../../db/webhook-endpoint.ts';
import { readWebhookGauges } from '../../db/webhook-lists.ts';
import { type Finding, finding } from './finding.ts';

const HOUR_S = 3_600;
/** As the alert: shorter faults mend themselves. */
const RED_AFTER_S = 6 * HOUR_S;
const PAGE = 'webhooks';

/** Whether the site takes what it is told. Without an endpoint there is nobody to tell, which is well. */
export async function webhookFindings(db: Db): Promise<readonly Finding[]> {
  const endpoint = await findEndpoint(db);
  if (!endpoint) return [finding('webhooks.endpoint', 'ok', 'none is set: the site is told nothing')];
  const { pending, parked, failingS, gone, disabled } = await readWebhookGauges(db);
  const { host } = new URL(endpoint.url);
  const waits = `${pending} messages wait`;
  const state =
    gone > 0
      ? finding('webhooks.endpoint', 'red', `${host} answered 410 and is disabled; ${waits}`, PAGE)
      : disabled > 0
        ? finding('webhooks.endpoint', 'warning', `${host} is disabled by an operator; ${waits}`, PAGE)
        : failingS > RED_AFTER_S
          ? finding('webhooks.endpoint', 'red', `${host} has failed for ${hours(failingS)} h; ${waits}`, PAGE)
          : failingS > 0
            ? finding('webhooks.endpoint', 'warning', `${host} has failed for ${Math.ceil(failingS)} s; ${waits}`, PAGE)
            : finding('webhooks.endpoint', 'ok', `${host} takes messages; ${waits}`);
  const given = finding('webhooks.parked', parked > 0 ? 'warning' : 'ok', `${parked} given up`, PAGE);
  return [state, given];
}

function hours(seconds: number): number {
  return Math.floor(seconds / HOUR_S);
}

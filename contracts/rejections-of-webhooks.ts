import { row } from './rejection-row.ts';

/** Why the site was not told, and what operators are refused. Part of `REJECTIONS`. */
export const OF_WEBHOOKS = {
  'webhook/no-endpoint': row(
    404,
    'user',
    'No webhook endpoint is set.',
    'Set one with `cairn webhooks set <url>` or `PUT /v1/ops/webhook-endpoint`.',
  ),
  'webhook/bad-address': row(
    422,
    'user',
    'Messages may not be sent to this address.',
    'Give an https URL of a public host, or let others through with `CAIRN_WEBHOOK_TARGETS`.',
  ),
  'webhook/not-delivered': row(
    503,
    'transient',
    'The endpoint did not take the message.',
    'It is tried again for three days; after that replay it once the endpoint is mended.',
  ),
  'webhook/secret-unreadable': row(
    500,
    'operator',
    'The secret of the endpoint cannot be opened.',
    'Bring back the codec key that it was sealed with, or rotate the secret twice; then replay.',
  ),
  'webhook/cancelled': row(
    500,
    'operator',
    'The delivery was cancelled or terminated.',
    'Replay the message if the site should have it.',
  ),
} as const;

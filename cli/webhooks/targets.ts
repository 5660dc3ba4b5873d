import { parseWebhookTargets } from '../../platform/config.ts';
import { environment } from '../../platform/environment.ts';
import { UsageError } from '../settings.ts';

/** Of `npm start`: whoever tries it has the receiver on the same machine, without a certificate. */
export const DEV_WEBHOOK_TARGETS = 'http,private-addresses';

/** Where messages may go: by the environment, else as `npm start` lets them. */
export function webhookTargetsHere(): ReturnType<typeof parseWebhookTargets> {
  const { CAIRN_WEBHOOK_TARGETS: text, DATABASE_URL: ofAnInstallation } = environment();
  try {
    return parseWebhookTargets(text ?? (ofAnInstallation ? '' : DEV_WEBHOOK_TARGETS));
  } catch (error) {
    throw new UsageError(`CAIRN_WEBHOOK_TARGETS ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

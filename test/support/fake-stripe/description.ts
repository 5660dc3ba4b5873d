import { Ajv } from 'ajv';
import description from './api-description.json' with { type: 'json' };

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(description, 'stripe');

/**
 * Throws when an object is not what Stripe's published description says of its kind (which stands in its member `object`). The
 * description is one release behind the package; NEWER names what has come since, for which the package's types speak.
 */
export function checkObject(object: { readonly object: string; readonly deleted?: unknown }): void {
  const kind = object.deleted === true ? `deleted_${object.object}` : object.object;
  const isKind = ajv.getSchema(`stripe#/definitions/${kind}`); // compiled once; a schema given to `validate` is compiled every time
  if (!isKind) throw new Error(`Stripe describes no ${kind}`);
  if (!isKind(withoutNewer(object)))
    throw new Error(`the fake made a ${kind} that is none: ${ajv.errorsText(isKind.errors)}`);
}

/**
 * Members of the package's 2026-10-28.endive that the description, 2026-08-26.dahlia, does not have: they are new, or Stripe
 * describes them to its packages alone. By the member that holds them.
 */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  '': ['allowed_payment_method_types'],
  data: ['current_trial', 'plan'],
  recurring: ['trial_period_days'],
  end_behavior: ['billing_cycle_anchor'],
  subscription_details: ['pause_collection'],
};

function withoutNewer(value: unknown, holder = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutNewer(each, holder));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !NEWER[holder]?.includes(name));
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutNewer(each, name)]));
}

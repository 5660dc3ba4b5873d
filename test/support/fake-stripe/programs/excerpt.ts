import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/*
 * Makes ../api-description.json out of Stripe's own OpenAPI description, which the Go module of stripe-mock carries (MIT):
 *
 *   go mod download -json github.com/stripe/stripe-mock@v0.203.0     # tells `Dir`
 *   node --import tsx test/support/fake-stripe/programs/excerpt.ts <Dir>/embedded/openapi/spec3.json
 */

type Part = Readonly<Record<string, unknown>>;

/** What the fake holds. Parts of them that only optional fields lead to are left out: the fake may only leave those empty. */
const OBJECTS = [
  'customer',
  'deleted_customer',
  'subscription',
  'invoice',
  'payment_method',
  'coupon',
  'promotion_code',
  'checkout.session',
  'event',
];
/** Optional parts that the fake does fill in. */
const ALSO = [
  'payment_method_card',
  'recurring',
  'bank_connections_resource_invoice_parent',
  'billing_bill_resource_invoicing_parents_invoice_parent',
  'billing_bill_resource_invoicing_parents_invoice_subscription_parent',
  'invoice_setting_customer_setting',
  'price',
  'promotion_codes_resource_promotion',
  'subscriptions_resource_trial_settings_trial_settings',
  'subscriptions_resource_trial_settings_end_behavior',
];

const [, , from = ''] = process.argv;
const { info, components } = Object(JSON.parse(await readFile(from, 'utf8')));
const all: Readonly<Record<string, Part>> = components.schemas;
const kept: Record<string, unknown> = {};
for (const name of OBJECTS) keep(name);

const excerpt = {
  about: 'An excerpt of the OpenAPI description of the Stripe API, as JSON Schema. Made by programs/excerpt.ts.',
  licence: 'MIT, Copyright (c) 2014- Stripe, Inc. (https://stripe.com); from github.com/stripe/stripe-mock v0.203.0',
  version: info.version,
  definitions: Object.fromEntries(Object.entries(kept).sort(([a], [b]) => a.localeCompare(b))),
};
const folder = fileURLToPath(new URL('../', import.meta.url));
await writeFile(path.join(folder, 'api-description.json'), `${JSON.stringify(excerpt, null, 1)}\n`);

function keep(name: string): void {
  const schema = all[name];
  if (!schema || name in kept) return;
  kept[name] = null; // it may lead to itself
  kept[name] = schemaOf(schema, true);
}

/** In JSON Schema's words: `nullable` becomes a type, what can be expanded stays an id, and nothing unknown is allowed. */
function schemaOf(schema: Part, isNeeded: boolean): unknown {
  const { nullable, ...rest } = schema;
  const inner = withoutNull(rest, isNeeded);
  return nullable === true ? { anyOf: [inner, { type: 'null' }] } : inner;
}

function withoutNull(schema: Part, isNeeded: boolean): unknown {
  if (typeof schema.$ref === 'string') return refTo(schema.$ref.split('/').at(-1) ?? '', isNeeded);
  const options = partsOf(schema.anyOf);
  if (options.length > 0) {
    const isExpandable = 'x-expansionResources' in schema;
    const wanted = isExpandable ? options.filter((option) => !('$ref' in option)) : options;
    return { anyOf: wanted.map((option) => schemaOf(option, isNeeded)) };
  }
  const { type, enum: values, pattern } = schema;
  const base = {
    ...(type !== undefined && { type }),
    ...(values !== undefined && { enum: values }),
    ...(pattern !== undefined && { pattern }),
  };
  if (type === 'array') return { ...base, items: schemaOf(Object(schema.items), isNeeded) };
  if (type !== 'object') return base;
  return objectOf(base, schema, isNeeded);
}

function objectOf(base: object, schema: Part, isNeeded: boolean): unknown {
  const { properties, required = [], additionalProperties } = schema;
  const needed = new Set(Object.values(Object(required)));
  const members = Object.entries(Object(properties ?? {})).map(([name, member]) => {
    return [name, schemaOf(Object(member), isNeeded && needed.has(name))];
  });
  const open = typeof additionalProperties === 'object' ? schemaOf(Object(additionalProperties), isNeeded) : undefined;
  return {
    ...base,
    ...(members.length > 0 && { properties: Object.fromEntries(members) }),
    ...(needed.size > 0 && { required }),
    ...(open !== undefined ? { additionalProperties: open } : members.length > 0 && { additionalProperties: false }),
  };
}

function refTo(name: string, isNeeded: boolean): unknown {
  if (isNeeded || ALSO.includes(name)) keep(name);
  return isNeeded || ALSO.includes(name) || OBJECTS.includes(name) ? { $ref: `#/definitions/${name}` } : { not: {} };
}

function partsOf(value: unknown): readonly Part[] {
  return Array.isArray(value) ? value.map((each) => Object(each)) : [];
}

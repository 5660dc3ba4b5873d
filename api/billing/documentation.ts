import type { RouteDocumentation } from '../openapi.ts';

export const WEBHOOK_DOCUMENTATION: RouteDocumentation = {
  body: {
    type: 'object',
    description: 'A snapshot event as Stripe has it, up to 2 MiB. The signature is over its bytes.',
    required: ['id', 'object', 'type', 'created', 'livemode', 'data'],
    properties: {
      id: { type: 'string', pattern: '^evt_\\w{1,200}$' },
      object: { const: 'event' },
      type: { type: 'string' },
      created: { type: 'integer' },
      livemode: { type: 'boolean' },
      data: { type: 'object' },
    },
  },
  headers: {
    'stripe-signature': {
      type: 'string',
      description: 'As Stripe makes it: `t=<seconds>,v1=<hex>`; within five minutes of now, either way.',
    },
  },
};

import { REJECTIONS, type RejectionCode } from '../../contracts/rejections.ts';
import { ACCOUNTS } from './accounts.ts';
import { BILLING } from './billing.ts';
import { TRACE_ID } from './examples.ts';
import { EXPORTS } from './exports.ts';
import { HEALTH } from './health.ts';
import type { OperationContract } from './operation.ts';
import { OPS } from './ops.ts';
import { PROGRESS } from './progress.ts';
import { REPROCESS_ORDERS } from './reprocess-orders.ts';
import { SCHEDULES } from './schedules.ts';
import { STRIPE_EVENTS } from './stripe-events.ts';
import { TRACKS } from './tracks.ts';
import { UPLOADS } from './uploads.ts';
import { WEBHOOKS } from './webhooks.ts';

/** By operationId. A new resource brings its table, a new operation its row. */
export const CONTRACT: Readonly<Record<string, OperationContract>> = {
  ...UPLOADS,
  ...PROGRESS,
  ...TRACKS,
  ...ACCOUNTS,
  ...EXPORTS,
  ...BILLING,
  ...OPS,
  ...REPROCESS_ORDERS,
  ...SCHEDULES,
  ...WEBHOOKS,
  ...STRIPE_EVENTS,
  ...HEALTH,
};

/** What any request to any operation may meet. */
const OF_ANY_REQUEST: readonly RejectionCode[] = [
  'request/malformed',
  'request/not-found',
  'request/method-not-allowed',
  'request/timeout',
  'request/too-large',
  'request/unsupported-media-type',
  'request/header-fields-too-large',
  'internal/bug',
];
const OF_ANY_KEY: readonly RejectionCode[] = [
  'auth/missing-key',
  'auth/invalid-key',
  'auth/key-in-url',
  'auth/forbidden',
  'service/database-unavailable',
  'service/not-ready',
];
const OF_ACCOUNTS: readonly RejectionCode[] = ['auth/account-required', 'auth/bad-account'];

type Part = Record<string, unknown>;

/** Adds to the generated document what the schemas cannot say: codes per status, degraded behaviour, examples. */
export function describeContract(document: object): void {
  for (const item of partsOf(document, 'paths')) {
    for (const operation of Object.values(item).map(asPart)) {
      const contract = CONTRACT[String(operation.operationId)];
      if (contract) describe(operation, contract);
    }
  }
}

function describe(operation: Part, contract: OperationContract): void {
  const { degraded, streaming, examples } = contract;
  operation['x-degraded'] = degraded;
  if (streaming) operation['x-streaming'] = streaming;
  giveCodes(operation, contract);
  for (const parameter of partsOf(operation, 'parameters')) {
    const example = examples.parameters?.[String(parameter.name)];
    if (example !== undefined) parameter.example = example;
  }
  giveExamples(asPart(asPart(operation.requestBody).content), (mediaType) => examples.bodies?.[mediaType]);
  for (const [status, response] of Object.entries(asPart(operation.responses))) {
    const content = asPart(asPart(response).content);
    giveExamples(content, (mediaType) => {
      return mediaType === PROBLEM ? problemExample(response) : examples.answers[Number(status)];
    });
  }
}

const PROBLEM = 'application/problem+json';

function giveExamples(content: Part, exampleOf: (mediaType: string) => unknown): void {
  for (const [mediaType, media] of Object.entries(content)) {
    const example = exampleOf(mediaType);
    if (example !== undefined) content[mediaType] = { ...asPart(media), example };
  }
}

/** Every refusal stands under its status; under `default` when the operation does not name that one. */
function giveCodes(operation: Part, { refusals }: OperationContract): void {
  const access = operation['x-access'];
  const ofAccounts = String(access).startsWith('account') ? OF_ACCOUNTS : [];
  const ofKeys = access === 'public' ? [] : [...OF_ANY_KEY, ...ofAccounts];
  const responses = asPart(operation.responses);
  const under = (code: RejectionCode) => {
    const status = String(REJECTIONS[code].status);
    return status in responses ? status : 'default';
  };
  const all = [...new Set([...ofKeys, ...refusals, ...OF_ANY_REQUEST])];
  for (const [status, response] of Object.entries(responses).filter(([status]) => !/^[23]/.test(status))) {
    const codes = all.filter((code) => under(code) === status);
    // A response of its own for each: the generator shares one object between statuses.
    responses[status] = { ...asPart(response), description: sentence(codes), 'x-codes': codes };
  }
}

function sentence(codes: readonly RejectionCode[]): string {
  return `A refusal: ${codes.map((code) => `\`${code}\``).join(', ')}.`;
}

function problemExample(response: unknown): object | undefined {
  const [code] = Object.values(asPart(asPart(response)['x-codes'])).map(String);
  const row = Object.entries(REJECTIONS).find(([name]) => name === code)?.[1];
  if (!row) return undefined;
  const { title, status, remedy } = row;
  return { type: `urn:cairn:problem:${code}`, title, status, detail: title, code, remedy, traceId: TRACE_ID };
}

/** The document is of our own making, and read as what it is: nested objects. */
function asPart(value: unknown): Part {
  return Object(value ?? {});
}

function partsOf(value: object, name: string): readonly Part[] {
  return Object.values(asPart(asPart(value)[name])).map(asPart);
}

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Rejection } from '../contracts/rejections.ts';

/** Something derived that a caller may keep and ask for again. */
export interface Artefact {
  /** In the refusal when it is not there. */
  readonly what: string;
  /** The build that answers: another one may show the same row otherwise. */
  readonly build: string;
  /** All that decides the answer's bytes, cheaply had; undefined when there is no such thing. */
  stamp(): Promise<string | undefined>;
  /** The answer, with the stamp of that very moment. */
  load(): Promise<{ readonly stamp: string; readonly body: unknown } | undefined>;
}

/**
 * Answers a conditional GET or HEAD (RFC 9110 §13). A caller that holds a tag is asked about by the stamp alone; only when
 * that has changed, or nobody holds one, is the artefact read. Throws `request/not-found`, whatever tag was sent.
 *
 * No `Last-Modified`: it counts in seconds, and two runs of one track may share one.
 */
export async function sendArtefact(
  request: FastifyRequest,
  reply: FastifyReply,
  artefact: Artefact,
): Promise<FastifyReply> {
  const held = request.headers['if-none-match'];
  if (held !== undefined) {
    const stamp = found(await artefact.stamp(), artefact);
    const tag = entityTag(artefact.build, stamp);
    if (matchesTag(held, tag)) return reply.headers(headersOf(tag)).status(304).send();
  }
  const { stamp, body } = found(await artefact.load(), artefact);
  return reply.headers(artefactHeaders(artefact.build, stamp)).send(body);
}

/** Strong: the same tag means the same bytes. */
export function entityTag(...parts: readonly string[]): string {
  return `"${createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 27)}"`;
}

/** `If-None-Match` (RFC 9110 §13.1.2): `*`, or a list of tags of which weak ones match too. What is no list matches nothing. */
export function matchesTag(ifNoneMatch: string, tag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  if (!TAGS.test(ifNoneMatch)) return false;
  return [...ifNoneMatch.matchAll(/"[^"]*"/g)].some(([each]) => each === tag);
}

/** `If-Match` (§13.1.1): as above, but a weak tag says too little to change something by. */
export function matchesStrongly(ifMatch: string, tag: string): boolean {
  if (ifMatch.trim() === '*') return true;
  if (!TAGS.test(ifMatch)) return false;
  return [...ifMatch.matchAll(/(?:W\/)?"[^"]*"/g)].some(([each]) => each === tag);
}

/** A list may hold empty elements (§5.6.1.2), and a tag commas. */
const TAGS = /^[\s,]*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:[ \t]*,[ \t]*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")?)*$/;

/** Of an answer that is an artefact, of whatever method. */
export function artefactHeaders(build: string, stamp: string): Record<string, string> {
  return headersOf(entityTag(build, stamp));
}

/**
 * Its owner's browser may keep it, nobody on the way may, and it is asked for anew each time: a track may be processed
 * again or deleted at any moment, and asking costs one row. The same address answers differently per key and account.
 */
function headersOf(tag: string): Record<string, string> {
  return { etag: tag, 'cache-control': 'private, no-cache', vary: 'Authorization, Cairn-Account' };
}

function found<Found>(value: Found | undefined, { what }: Artefact): Found {
  if (value === undefined) throw new Rejection('request/not-found', { detail: `There is no such ${what}.` });
  return value;
}

/** What the OpenAPI document says of an operation that answers by `sendArtefact`. */
export const ARTEFACT_DOCUMENTATION = {
  headers: {
    'if-none-match': {
      type: 'string',
      description: 'Tags of earlier answers: `304` without a body while one of them still holds.',
      examples: ['"7Jw6UBxqVbTIkXLcmOoKAWhG9S1"'],
    },
  },
  responseHeaders: {
    etag: { type: 'string', description: 'Strong. Changes with anything in the answer, also when Cairn is updated.' },
    'cache-control': {
      type: 'string',
      description: '`private, no-cache`: keep it, and ask each time whether it holds.',
    },
    vary: { type: 'string', description: '`Authorization, Cairn-Account`' },
  },
} as const;

export const NOT_MODIFIED = { 304: Type.Null({ description: 'What the caller holds still is the answer.' }) };

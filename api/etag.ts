import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A strong entity tag: the same parts are the same bytes. */
export function entityTag(...parts: readonly (string | number | boolean | null)[]): string {
  return `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)}"`;
}

/** Marks the answer as this version of an artefact: whoever may see it may keep it, and asks whether it still holds. */
export function setTag(reply: FastifyReply, tag: string): void {
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
}

/** `If-None-Match` names this version (RFC 9110 §13.1.2: weak comparison, or `*`). */
export function isKnown(request: FastifyRequest, tag: string): boolean {
  const known = request.headers['if-none-match'];
  if (known === undefined) return false;
  const tags: readonly string[] = known.match(/"[^"]*"/g) ?? [];
  return known.trim() === '*' || tags.includes(tag);
}

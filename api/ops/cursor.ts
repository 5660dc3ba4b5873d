import { Rejection } from '../../contracts/rejections.ts';
import type { DeadLetterPlace } from '../../db/dead-letters.ts';

/** The place after which the next page begins, as text that means nothing to callers. */
export function cursorOf({ finishedAtUs, id }: DeadLetterPlace): string {
  return Buffer.from(`${finishedAtUs}.${id}`).toString('base64url');
}

const PLACE = /^(\d{1,16})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Throws `request/invalid` on anything that `cursorOf` did not make. */
export function placeOf(cursor: string): DeadLetterPlace {
  const [, finishedAtUs, id] = PLACE.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (!finishedAtUs || !id) throw new Rejection('request/invalid', { detail: 'The cursor is not one of ours.' });
  return { finishedAtUs: Number(finishedAtUs), id };
}

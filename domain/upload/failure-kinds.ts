import { REJECTIONS, type RejectionCode, type RejectionRow } from '../../contracts/rejections.ts';

export type FailureKind = RejectionRow['kind'];

/** Who can mend a failure, in the order in which an operator cares. */
export const FAILURE_KINDS = ['bug', 'operator', 'transient', 'user'] as const satisfies readonly FailureKind[];

/** Every registered code of these kinds. */
export function codesOfKinds(kinds: readonly FailureKind[]): readonly RejectionCode[] {
  return REJECTION_CODES.filter((code) => kinds.includes(REJECTIONS[code].kind));
}

/** What may end differently on the same bytes: a bad file stays bad until the code that refused it is another one. */
export const MAY_END_DIFFERENTLY = ['bug', 'operator', 'transient'] as const satisfies readonly FailureKind[];

/** Typed as the codes they are, which `Object.keys` alone does not say. */
const REJECTION_CODES: readonly RejectionCode[] = Object.keys(REJECTIONS).filter(isCode);

function isCode(text: string): text is RejectionCode {
  return Object.hasOwn(REJECTIONS, text);
}

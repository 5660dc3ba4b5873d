import type { Warning } from '../../contracts/track.ts';
import { LIMITS } from '../limits/limits.ts';
import type { XmlDialect } from '../xml/dialect.ts';
import type { EncodingFound } from '../xml/encoding.ts';
import type { Namespaces } from '../xml/namespaces.ts';

/** What was odd about the document as a whole, and about its name, which is cut where it is too long. */
export function documentWarnings(
  dialect: XmlDialect,
  { firstUnbound, unboundNames }: Pick<Namespaces<unknown>, 'firstUnbound' | 'unboundNames'>,
  { contradicted }: EncodingFound,
  name: string | null,
): Warning[] {
  const warnings: Warning[] = [];
  if (firstUnbound !== null) {
    const detail = `The prefix "${firstUnbound.slice(0, 40)}" is not declared; such elements are read by their name.`;
    warnings.push({ code: `${dialect}/unbound-prefix`, detail, count: unboundNames });
  }
  if (contradicted !== null) {
    const detail = `The file declares "${contradicted}", but its byte order mark says otherwise and was believed.`;
    warnings.push({ code: `${dialect}/encoding-contradiction`, detail });
  }
  if (name !== null && name.length > LIMITS.nameCharacters.value) {
    const detail = `The name was cut to ${LIMITS.nameCharacters.value} characters.`;
    warnings.push({ code: `${dialect}/name-cut`, detail });
  }
  return warnings;
}

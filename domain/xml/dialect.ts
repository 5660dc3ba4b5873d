import { Rejection, type RejectionFacts } from '../../contracts/rejections.ts';

/** Whose document it is: its name stands before the codes of refusals, so that a caller sees what was taken for what. */
export type XmlDialect = 'gpx' | 'tcx';

/** What can be wrong with XML, whatever its vocabulary. */
export type XmlFault =
  | 'bad-encoding'
  | 'malformed'
  | 'truncated'
  | 'doctype-forbidden'
  | 'too-deep'
  | 'too-many-attributes'
  | 'name-too-long'
  | 'text-too-long'
  | 'too-many-points';

export function xmlRejection(dialect: XmlDialect, fault: XmlFault, facts: RejectionFacts): Rejection {
  return new Rejection(`${dialect}/${fault}`, facts);
}

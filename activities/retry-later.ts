import { Rejection, type RejectionCode } from '../contracts/rejections.ts';

/** A rejection that knows when it is worth another try; its row must be `transient`. */
export class RetryLater extends Rejection {
  readonly inMs: number;

  constructor(code: RejectionCode, inS: number) {
    super(code);
    this.inMs = Math.ceil(inS * 1_000);
  }
}

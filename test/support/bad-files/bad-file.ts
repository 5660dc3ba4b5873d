import type { RejectionCode } from '../../../contracts/rejections.ts';

/** A file that nobody should send, and what may become of it. */
export interface BadFile {
  /** Of the classes of bad input: `entities`, `structure` … */
  readonly class: string;
  readonly name: string;
  /** Made when asked for: together they are some hundred megabytes. */
  bytes(): Uint8Array;
  readonly expected: Expected;
}

export type Expected =
  /** Refused with this very code. */
  | { readonly refused: RejectionCode }
  /** Read, with a warning of this code among others. */
  | { readonly warned: string }
  /** Odd but lawful: read, and nothing to say. */
  | { readonly accepted: true };

type Content = string | Uint8Array | readonly number[] | (() => string | Uint8Array | readonly number[]);

export function refused(name: string, content: Content, code: RejectionCode): Omit<BadFile, 'class'> {
  return { name, bytes: () => bytesOf(content), expected: { refused: code } };
}

export function warned(name: string, content: Content, code: string): Omit<BadFile, 'class'> {
  return { name, bytes: () => bytesOf(content), expected: { warned: code } };
}

export function accepted(name: string, content: Content): Omit<BadFile, 'class'> {
  return { name, bytes: () => bytesOf(content), expected: { accepted: true } };
}

export function ofClass(name: string, files: readonly Omit<BadFile, 'class'>[]): BadFile[] {
  return files.map((file) => ({ ...file, class: name }));
}

function bytesOf(content: Content): Uint8Array {
  const made = typeof content === 'function' ? content() : content;
  return typeof made === 'string' ? Buffer.from(made) : Uint8Array.from(made);
}

/** A vocabulary of XML, so that whatever can be wrong with XML is tried in each. */
export interface Xml {
  readonly dialect: 'gpx' | 'tcx';
  readonly root: string;
  /** A whole good document; `inside` stands behind its points, `note` is a text that is read. */
  document(parts?: { inside?: string; note?: string }): string;
}

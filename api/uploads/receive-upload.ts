import type { FastifyRequest } from 'fastify';
import { Rejection } from '../../contracts/rejections.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { checkWireBytes, type ReceivedFile, receiveFile } from './receive-file.ts';
import { FORM_BYTES_AROUND_FILE, receiveForm } from './receive-form.ts';
import { inFavourOf, readUploadFields, type UploadFields } from './upload-fields.ts';

export interface ReceivedUpload {
  readonly file: ReceivedFile;
  readonly fields: UploadFields;
}

/** Throws `upload/too-large`. Of a form the announced bytes are more than those of its file. */
export function checkAnnounced(request: FastifyRequest): void {
  const around = isForm(request) ? FORM_BYTES_AROUND_FILE : 0;
  checkWireBytes(Number(request.headers['content-length'] ?? 0) - around);
}

function isForm(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

/** The file of a request, staged but seen by nobody, and what is said about it; in the body itself or in a form. */
export async function receiveUpload(blobs: BlobStore, request: FastifyRequest): Promise<ReceivedUpload> {
  checkContentEncoding(request.headers['content-encoding']);
  const store = (source: AsyncIterable<Uint8Array>) => receiveFile(blobs, source);
  const query = readUploadFields(Object(request.query));
  if (isForm(request)) {
    const readFields = (given: Readonly<Record<string, string>>) => inFavourOf(readUploadFields(given), query);
    return receiveForm(request.raw, { receive: store, readFields });
  }
  // destroyed at the first refusal the stream would take the socket along, and the answer with it
  return { file: await store(request.raw.iterator({ destroyOnReturn: false })), fields: query };
}

/** Compression is told by the bytes themselves; the header may say the same, and nothing else. */
function checkContentEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^(x-)?gzip$|^identity$/i.test(encoding)) return;
  throw new Rejection('request/unsupported-media-type', { detail: 'Content-Encoding may be gzip or identity.' });
}

import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import type { ReceivedFile } from './receive-file.ts';

export interface ReceivedForm {
  readonly file: ReceivedFile;
  readonly fields: Readonly<Record<string, string>>;
}

type Receive = (file: AsyncIterable<Uint8Array>) => Promise<ReceivedFile>;

/**
 * Reads a multipart form: its one file goes to `receive` while it arrives, its fields may stand before or after. A refusal
 * stops reading at once (the common plugin drained 300 MB before it answered 413).
 */
export async function receiveForm(request: IncomingMessage, receive: Receive): Promise<ReceivedForm> {
  const form = openForm(request);
  const parts: Parts = { fields: Object.create(null), stream: undefined, file: undefined };
  try {
    await new Promise<void>((resolve, reject) => {
      collect(form, parts, receive, reject);
      form.on('finish', () => resolve());
      request.on('aborted', () => reject(new Rejection('request/aborted')));
      request.pipe(form);
    });
    if (!parts.file) throw new Rejection('upload/no-file', { detail: 'The form has no part with a file name.' });
    return { file: await parts.file, fields: parts.fields };
  } catch (error) {
    request.unpipe(form);
    parts.stream?.destroy();
    form.destroy();
    throw error;
  }
}

interface Parts {
  readonly fields: Record<string, string>;
  stream: BusboyFileStream | undefined;
  file: Promise<ReceivedFile> | undefined;
}

function collect(form: BusboyInstance, parts: Parts, receive: Receive, refuse: (error: unknown) => void): void {
  form.on('file', (_field, stream) => {
    parts.stream = stream;
    parts.file = receive(stream);
    parts.file.catch(refuse);
  });
  form.on('field', (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) refuse(badForm('A field is too long.'));
    else parts.fields[name] = value;
  });
  const tooMany = () => refuse(badForm('The form has too many parts; one file is expected.'));
  form.on('partsLimit', tooMany).on('filesLimit', tooMany).on('fieldsLimit', tooMany);
  form.on('error', (error) => refuse(badForm(error instanceof Error ? error.message : 'It is unreadable.')));
}

function openForm(request: IncomingMessage): BusboyInstance {
  const { 'content-type': contentType, ...headers } = request.headers;
  if (!contentType) throw badForm('The content type is missing.');
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': contentType },
      limits: {
        files: LIMITS.multipartFiles.value,
        parts: LIMITS.multipartParts.value,
        fieldSize: LIMITS.multipartFieldBytes.value,
        headerPairs: LIMITS.multipartHeaderPairs.value,
      },
    });
  } catch (error) {
    throw badForm(error instanceof Error ? error.message : 'It is unreadable.'); // no boundary, or one over 70 characters
  }
}

function badForm(detail: string): Rejection {
  return new Rejection('upload/bad-multipart', { detail });
}

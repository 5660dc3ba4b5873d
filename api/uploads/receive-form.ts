import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import { checkWireBytes, type ReceivedFile } from './receive-file.ts';

export interface FormReader<Fields> {
  readonly receive: (file: AsyncIterable<Uint8Array>) => Promise<ReceivedFile>;
  /** May refuse the fields. Asked before the file is kept. */
  readonly readFields: (given: Readonly<Record<string, string>>) => Fields;
}

/** What the fields of a form, boundaries and part headers may add to its file. */
export const FORM_BYTES_AROUND_FILE = LIMITS.multipartParts.value * LIMITS.multipartFieldBytes.value;

/**
 * Reads a multipart form: its one file goes to `receive` while it arrives, its fields may stand before or after. A refusal
 * stops reading at once (the common plugin drained 300 MB before it answered 413), and since the file only ends for
 * `receive` once the form is whole and its fields are good, a refused form leaves no file behind.
 */
export async function receiveForm<Fields>(
  request: IncomingMessage,
  reader: FormReader<Fields>,
): Promise<{ file: ReceivedFile; fields: Fields }> {
  const form = openForm(request);
  const parts: Parts = { fields: Object.create(null), stream: undefined, file: undefined };
  try {
    const fields = await new Promise<Fields>((resolve, reject) => {
      const whole = new Promise<void>((good, bad) => {
        const refuse = (error: unknown) => {
          bad(error);
          reject(error); // at once: the end of the form may follow in the same turn
        };
        form.on('finish', () => attempt(() => resolve(reader.readFields(parts.fields)), refuse) && good());
        collect(form, parts, refuse);
        request.on('data', countBytes(refuse));
        finished(request, { writable: false }, (error) => error && refuse(new Rejection('request/aborted')));
      });
      whole.catch(() => {}); // whoever waits for it hears of it
      form.on('file', (_field, stream) => {
        stream.on('error', () => {}); // without a listener a form cut off after a refusal would end the process
        parts.stream = stream;
        parts.file ??= reader.receive(untilWhole(stream, whole));
        parts.file.catch(reject);
      });
      request.pipe(form);
    });
    if (!parts.file) throw new Rejection('upload/no-file', { detail: 'The form has no part with a file name.' });
    return { file: await parts.file, fields };
  } catch (error) {
    request.unpipe(form);
    parts.stream?.destroy();
    form.destroy();
    await parts.file?.catch(() => {}); // what it had written is gone when the refusal is answered
    throw error;
  }
}

interface Parts {
  readonly fields: Record<string, string>;
  stream: BusboyFileStream | undefined;
  file: Promise<ReceivedFile> | undefined;
}

type Refuse = (error: unknown) => void;

/** False when it threw, which `refuse` was told. */
function attempt(work: () => void, refuse: Refuse): boolean {
  try {
    work();
    return true;
  } catch (error) {
    refuse(error);
    return false;
  }
}

async function* untilWhole(stream: BusboyFileStream, whole: Promise<void>): AsyncIterable<Uint8Array> {
  try {
    yield* stream;
  } catch {
    throw badForm('The file part ends early.');
  }
  await whole;
}

function collect(form: BusboyInstance, parts: Parts, refuse: Refuse): void {
  form.on('field', (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) refuse(badForm('A field is too long.'));
    else parts.fields[name] = value;
  });
  const tooMany = () => refuse(badForm('The form has too many parts; one file is expected.'));
  form.on('partsLimit', tooMany).on('filesLimit', tooMany).on('fieldsLimit', tooMany);
  form.on('error', () => refuse(badForm('A part is damaged, or the last boundary is missing.')));
}

/** Bytes before, between and after the parts are in no part, and would be read without end. */
function countBytes(refuse: Refuse): (chunk: Buffer) => void {
  let bytes = -FORM_BYTES_AROUND_FILE;
  return (chunk) => {
    bytes += chunk.length;
    attempt(() => checkWireBytes(bytes), refuse);
  };
}

function openForm(request: IncomingMessage): BusboyInstance {
  const { 'content-type': contentType, ...headers } = request.headers;
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': contentType ?? '' },
      limits: {
        files: LIMITS.multipartFiles.value,
        parts: LIMITS.multipartParts.value,
        fieldSize: LIMITS.multipartFieldBytes.value,
        headerPairs: LIMITS.multipartHeaderPairs.value,
      },
    });
  } catch {
    throw badForm('Its content type names no boundary, or one that is over 70 characters.');
  }
}

function badForm(detail: string): Rejection {
  return new Rejection('upload/bad-multipart', { detail });
}

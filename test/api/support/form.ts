export interface Part {
  readonly name: string;
  readonly value: string | Uint8Array;
  readonly fileName?: string;
}

/** A multipart body with its content type, parts in the order given. */
export function form(parts: readonly Part[], boundary = 'cairn-test-boundary'): { type: string; body: Buffer } {
  const pieces = parts.flatMap(({ name, value, fileName }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')];
  });
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

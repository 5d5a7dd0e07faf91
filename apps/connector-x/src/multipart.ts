import { randomBytes } from 'node:crypto';

export interface MultipartFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly mime: string;
}

/** A file with fields beside it, as a form. */
export function multipart(
  fields: Readonly<Record<string, string>>,
  name: string,
  file: MultipartFile,
): { type: string; bytes: Buffer } {
  // random, so that no file can contain it on purpose
  const boundary = `evenhand-${randomBytes(18).toString('hex')}`;
  const texts = Object.entries(fields).map(
    ([field, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(field)}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${quoted(file.name)}"\r\nContent-Type: ${file.mime.replace(/[^\x20-\x7e]/g, '')}\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(texts.join('') + head), file.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** As browsers write a file's name in a form (HTML, "multipart/form-data encoding algorithm"). */
function quoted(name: string): string {
  return name.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
}

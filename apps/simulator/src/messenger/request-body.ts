/** A file of a multipart body. */
export interface UploadedFile {
  name: string;
  mime: string;
  bytes: Buffer;
}

export interface RequestBody {
  fields: Record<string, unknown>;
  /** The last one that is not empty. */
  file?: UploadedFile;
}

/** Reads a body of JSON, of a form, or multipart. Rejects for what it cannot read. */
export async function readBody(raw: unknown, type = ''): Promise<RequestBody> {
  if (!Buffer.isBuffer(raw) || raw.length === 0) return { fields: {} };
  if (type.startsWith('application/json')) {
    const parsed = JSON.parse(raw.toString('utf8')) as unknown;
    return { fields: typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {} };
  }
  if (type.startsWith('multipart/form-data')) return multipart(raw, type);
  return { fields: Object.fromEntries(new URLSearchParams(raw.toString('utf8'))) };
}

async function multipart(raw: Buffer, type: string): Promise<RequestBody> {
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
  const body: RequestBody = { fields: {} };
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') body.fields[name] = value;
    else if (value.size > 0) {
      body.file = { name: value.name, mime: value.type, bytes: Buffer.from(await value.arrayBuffer()) };
    }
  }
  return body;
}

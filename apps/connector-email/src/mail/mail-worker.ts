import { parentPort } from 'node:worker_threads';
import { parseMail, type ParseMode } from './parse-mail';
import type { ParsedMail } from './parsed-mail';

/** One mail for a worker; `raw` is handed over. */
export interface MailTask {
  readonly raw: Uint8Array;
  readonly mode: ParseMode;
  readonly because?: string;
}

/**
 * What a worker says: `ready` once it has loaded, then one mail for each task, in their order. Faults of the code, as
 * opposed to the mail, end the worker instead.
 */
export type MailAnswer = { readonly ready: true } | { readonly mail: ParsedMail };

let previous = Promise.resolve();

parentPort?.on('message', (task: MailTask) => {
  // One after another: the reader must know over which mail a worker hangs.
  previous = previous.then(async () => {
    const raw = Buffer.from(task.raw.buffer, task.raw.byteOffset, task.raw.byteLength);
    answer(await parseMail(raw, task.mode, task.because));
  });
});
parentPort?.postMessage({ ready: true } satisfies MailAnswer);

function answer(parsed: ParsedMail): void {
  const buffers = new Set<ArrayBuffer>();
  const attachments = parsed.attachments.map((file) => {
    const content = alone(file.content);
    if (content.byteLength > 0) buffers.add(content.buffer as ArrayBuffer);
    return { ...file, content };
  });
  parentPort?.postMessage({ mail: { ...parsed, attachments } } satisfies MailAnswer, [...buffers]);
}

/** The same bytes in a buffer that holds nothing else, so that it can be handed over. */
function alone(content: Uint8Array): Uint8Array {
  return content.byteOffset === 0 && content.byteLength === content.buffer.byteLength
    ? content
    : new Uint8Array(content);
}

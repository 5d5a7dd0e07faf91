import { parentPort } from 'node:worker_threads';
import { parseMail, type ParseMode } from './parse-mail';
import type { ParsedMail } from './parsed-mail';

/** One mail for a worker; `raw` is handed over. */
export interface MailTask {
  readonly raw: Uint8Array;
  readonly mode: ParseMode;
  readonly because?: string;
}

/** A worker's only answer. Faults of the code, as opposed to the mail, end the worker instead. */
export type MailAnswer = ParsedMail;

parentPort?.on('message', (task: MailTask) => {
  const raw = Buffer.from(task.raw.buffer, task.raw.byteOffset, task.raw.byteLength);
  void parseMail(raw, task.mode, task.because).then((mail) => {
    const buffers = new Set<ArrayBuffer>();
    const attachments = mail.attachments.map((file) => {
      const content = alone(file.content);
      if (content.byteLength > 0) buffers.add(content.buffer as ArrayBuffer);
      return { ...file, content };
    });
    parentPort?.postMessage({ ...mail, attachments } satisfies MailAnswer, [...buffers]);
  });
});

/** The same bytes in a buffer that holds nothing else, so that it can be handed over. */
function alone(content: Uint8Array): Uint8Array {
  const whole = content.byteOffset === 0 && content.byteLength === content.buffer.byteLength;
  return whole ? content : new Uint8Array(content);
}

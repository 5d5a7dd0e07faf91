import { DEMO_LETTERS } from './demo-letters';
import type { Letter } from './letter';
import { pictureOfACard } from './picture';

const MINUTE = 60_000;

/** Writes the demo's mails as if they had arrived over the last hours, the oldest first. Returns how many. */
export async function seedDemo(
  write: (letter: Letter) => Promise<{ messageId: string }>,
  to: string,
  now: Date,
): Promise<number> {
  const written = new Map<string, string>();
  for (const { minutesAgo, chases, photo, from, subject, text } of DEMO_LETTERS) {
    const earlier = chases && written.get(from.address);
    const { messageId } = await write({
      from,
      to,
      subject,
      text,
      html: `<div dir="auto">${escape(text).replaceAll('\n', '<br>\r\n')}</div>`,
      ...(earlier && { inReplyTo: earlier }),
      ...(photo && { attachments: [{ filename: photo, contentType: 'image/png', content: pictureOfACard() }] }),
      date: new Date(now.getTime() - minutesAgo * MINUTE),
    });
    written.set(from.address, messageId);
  }
  return DEMO_LETTERS.length;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

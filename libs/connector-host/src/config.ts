import { z } from 'zod';
import type { Setting } from '@app/runtime';
import { parseKey } from './vault';

const SHAPE = '32 bytes as 64 hexadecimal digits or as base64; `openssl rand -base64 32` makes one';

const key = z.string({ error: SHAPE }).transform((text, context) => {
  const bytes = parseKey(text);
  if (bytes) return bytes;
  context.addIssue({ code: 'custom', message: SHAPE });
  return z.NEVER;
});

/** Settings of every connector process. */
export const connectorHostSettings = {
  EVENHAND_CONNECTOR_KEY: {
    schema: key,
    doc: 'Key with which raw mail, credentials and outgoing bytes are encrypted and reply addresses signed: 32 random bytes, the same for all connectors and nobody else. Keep a copy: without it nothing of that can be read again. Left out, `npm start` makes one in the data directory.',
    secret: true,
  } satisfies Setting<Buffer>,
  EVENHAND_CONNECTOR_KEY_OLD: {
    schema: key.optional(),
    doc: 'The key in use before, while it is being replaced: what it encrypted can still be read, what it signed is still known.',
    secret: true,
  } satisfies Setting<Buffer | undefined>,
  EVENHAND_ALLOW_PRIVATE_HOSTS: {
    schema: z
      .enum(['on', 'off'], { error: 'on or off' })
      .transform((value) => value === 'on')
      .optional(),
    doc: 'Whether servers of a provider may be on this machine or in a private network. Default: on while Evenhand listens on loopback and EVENHAND_PUBLIC_URL, if set, is loopback, too; else off, so also behind a proxy.',
    example: 'off',
  } satisfies Setting<boolean | undefined>,
  EVENHAND_KEEP_RAW_DAYS: {
    schema: z.coerce
      .number({ error: 'a number of days' })
      .int('a whole number of days')
      .min(8, 'at least 8 days: mailboxes are compared a week back')
      .max(3_650, 'at most 3650 days')
      .default(30),
    doc: 'How many days the raw bytes of what arrived are kept, and with them the events read from them, the bytes that were sent and what became of them. Messages stay in the inbox; after it they can no longer be read again from the raw bytes. Give all connectors the same.',
    example: '30',
  } satisfies Setting<number>,
} as const;

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
    doc: 'Whether servers of a provider may be on this machine or in a private network. Default: on while Evenhand listens on loopback, else off.',
    example: 'off',
  } satisfies Setting<boolean | undefined>,
} as const;

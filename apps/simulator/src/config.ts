import { z } from 'zod';
import type { Settings } from '@app/runtime';

const port = (fallback: number) =>
  z.coerce
    .number({ error: 'a port from 0 to 65535' })
    .int()
    .min(0, 'a port from 0 to 65535')
    .max(65_535, 'a port from 0 to 65535')
    .default(fallback);

/** Settings of the simulated mail provider. */
export const simulatorSettings = {
  EVENHAND_SIMULATOR_IMAP_PORT: {
    schema: port(0),
    doc: 'IMAP port of the simulated mail provider; 0 takes a free one.',
    example: '0',
  },
  EVENHAND_SIMULATOR_SMTP_PORT: {
    schema: port(0),
    doc: 'SMTP port of the simulated mail provider; 0 takes a free one.',
    example: '0',
  },
  EVENHAND_SIMULATOR_PASSWORD: {
    schema: z.string().min(1).optional(),
    doc: "Password of the simulated provider's mailbox support@demo.evenhand.test; left out, one is made and kept.",
    secret: true,
  },
  EVENHAND_SIMULATOR_LIFE: {
    schema: z.enum(['on', 'off'], { error: 'on or off' }).default('on'),
    doc: 'Whether fictional customers write by themselves, on all channels, every 8 to 20 seconds, at most 200 messages per start.',
    example: 'on',
  },
} as const satisfies Settings;

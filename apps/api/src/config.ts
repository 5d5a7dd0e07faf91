import type { AppConfig, Setting } from '@app/runtime';
import { z } from 'zod';

const onOff = z.enum(['on', 'off'], { error: 'on or off' });

/** The api's own settings. */
export const apiSettings = {
  EVENHAND_INTROSPECTION: {
    schema: onOff.default('on'),
    doc: 'Whether GraphQL tools may read the schema. It holds nothing secret; the source is public.',
    example: 'on',
  } satisfies Setting<'on' | 'off'>,
  EVENHAND_TRUSTED_PROXIES: {
    schema: z
      .string()
      .regex(/^[0-9a-fA-F:./, ]+$|^(loopback|linklocal|uniquelocal)(, ?(loopback|linklocal|uniquelocal))*$/, {
        error: 'addresses or networks such as 10.0.0.0/8, separated by commas',
      })
      .optional(),
    doc: 'Reverse proxies whose X-Forwarded-For is believed, as addresses or networks. Used to throttle sign-in per client.',
    example: '10.0.0.0/8',
  } satisfies Setting<string | undefined>,
  EVENHAND_SIMULATOR_URL: {
    schema: z.url({ error: 'a URL' }).optional(),
    doc: 'Page of the simulated mail provider, linked from the sign-in page. Set by `npm start` in the demo.',
    example: 'http://127.0.0.1:3000/sim',
  } satisfies Setting<string | undefined>,
} as const;

export type ApiConfig = AppConfig<typeof apiSettings>;

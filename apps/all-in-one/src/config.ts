import { z } from 'zod';
import type { Settings } from '@app/runtime';

export const allInOneSettings = {
  EVENHAND_DEMO: {
    schema: z.enum(['on', 'off'], { error: 'on or off' }).default('on'),
    doc: 'on: `npm start` opens on a demo workspace with simulated customers. off: starts empty and leads to the first admin and the first mailbox.',
    example: 'on',
  },
} as const satisfies Settings;

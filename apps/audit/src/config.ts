import { z } from 'zod';
import type { Setting } from '@app/runtime';

/** Settings of this process, beside those of every process. */
export const auditSettings = {
  EVENHAND_KEEP_SEALED_DAYS: {
    schema: z.coerce
      .number({ error: 'a number' })
      .int()
      .min(1, 'a number from 1 to 3650')
      .max(3_650, 'a number from 1 to 3650')
      .default(396),
    doc: 'Days for which sealed values (followers, badges, likes) and the salts of commitments are kept; then they are deleted, and the commitments in the record open no more.',
    example: '396',
  } satisfies Setting<number>,
} as const;

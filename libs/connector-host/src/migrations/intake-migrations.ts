import type { Migration } from '@app/runtime';
import { Intake1763800000002 } from './1763800000002-intake';
import { WebhooksAndKeepTimes1763800000005 } from './1763800000005-webhooks-and-keep-times';
import { CostsAndPurges1763800000008 } from './1763800000008-costs-and-purges';

/** Everything this library changes in the database, for each process that is a connector. */
export const intakeMigrations: readonly Migration[] = [
  Intake1763800000002,
  WebhooksAndKeepTimes1763800000005,
  CostsAndPurges1763800000008,
];

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Reach is sealed as rounded values with their salts, and committed to in the record; messages that only the customer's and our
 * own devices can decrypt; where a message stands on its platform.
 */
export class SealedReachAndMatters1763800000009 implements MigrationInterface {
  name = 'SealedReachAndMatters1763800000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      -- {field: {value, band?, salt, commitment}}; value: log10(1 + n) rounded to 0.1 of a count, else text; salt and commitment: hex
      comment on column sealed.reach.values is 'by field: value, band of a count, salt, commitment';

      alter table inbox.accounts add column public_counting text not null default 'units';
      alter table inbox.messages
        add column encrypted boolean not null default false,
        add column permalink text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      comment on column sealed.reach.values is null;
      alter table inbox.accounts drop column public_counting;
      alter table inbox.messages drop column encrypted, drop column permalink;
    `);
  }
}

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

      alter table inbox.accounts
        add column public_counting text not null default 'units',
        -- since when all that came through it is erased, and nothing is taken in any more
        add column purged_at timestamptz(3);
      alter table inbox.messages
        add column encrypted boolean not null default false,
        add column permalink text,
        -- outbound: the conversation that it answers where that is not its own (a private reply to something public)
        add column answers_in uuid,
        -- outbound: the other conversation of its matter, which it answers too, up to this number
        add column also_answers uuid,
        add column also_up_to bigint;
      update inbox.messages m set answers_in = c.continues
        from inbox.conversations c where c.id = m.conversation_id and m.private_reply_to is not null;
      create index messages_answers_in on inbox.messages (answers_in) where answers_in is not null;
      create index messages_also_answers on inbox.messages (also_answers) where also_answers is not null;
      -- where a customer waits in public and in private: both may be one matter
      create index conversations_matter on inbox.conversations (account_id, customer_id, visibility) where wait_id is not null;

      -- What was sealed of what came through an account, some of it at a time. Returns how many values went.
      create function sealed.forget_account(p_workspace uuid, p_account uuid, p_limit integer) returns bigint
      language plpgsql security definer set search_path = pg_catalog as $$
      declare v_gone bigint;
      begin
        delete from sealed.reach r using (
            select id, received_at from sealed.reach where workspace_id = p_workspace and account_id = p_account limit p_limit) s
         where r.id = s.id and r.received_at = s.received_at;
        get diagnostics v_gone = row_count;
        return v_gone;
      end $$;
      revoke all on function sealed.forget_account from public;
      grant execute on function sealed.forget_account to evenhand_audit;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(/* sql */ `
      comment on column sealed.reach.values is null;
      drop function sealed.forget_account;
      alter table inbox.accounts drop column public_counting, drop column purged_at;
      drop index inbox.conversations_matter;
      alter table inbox.messages drop column encrypted, drop column permalink, drop column answers_in, drop column also_answers,
        drop column also_up_to;
    `);
  }
}
